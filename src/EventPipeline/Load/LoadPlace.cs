namespace EventPipeline.Load;

/// <summary>
/// The place of a window among those that share a load job; alone, unless it joins others. It is left when the window
/// has been handled, whatever became of it.
/// </summary>
internal sealed class LoadPlace(IWarehouse warehouse, TimeProvider clock) : IDisposable
{
    private LoadGathering? _gathering;
    private Action? _whenRead;
    private bool _isReading = true;

    private LoadGathering Gathering => _gathering ??= new LoadGathering(warehouse, clock, windows: 1);

    /// <summary>How long it has waited for the others before it could be read.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Joins others, who expect it.</summary>
    /// <param name="gathering">The others.</param>
    /// <param name="waited">How long it has waited for them.</param>
    /// <param name="whenRead">Told once, when it has been read for the first time.</param>
    public void Join(LoadGathering gathering, TimeSpan waited, Action whenRead) =>
        (_gathering, Waited, _whenRead) = (gathering, waited, whenRead);

    /// <summary>The window is being read, or read further.</summary>
    public void Enter()
    {
        if (!_isReading)
        {
            _isReading = true;
            Gathering.Enter();
        }
    }

    /// <summary>There is nothing to load of what was read.</summary>
    public void Leave()
    {
        if (EndReading())
        {
            Gathering.Leave();
        }
    }

    /// <inheritdoc cref="LoadGathering.LoadAsync"/>
    public Task LoadAsync(
        IReadOnlyDictionary<string, IUpload> uploads, TimeSpan wait, CancellationToken cancellationToken) =>
        EndReading()
            ? Gathering.LoadAsync(uploads, wait, cancellationToken)
            : throw new InvalidOperationException("What is loaded has been read.");

    public void Dispose() => Leave();

    private bool EndReading()
    {
        var (was, whenRead) = (_isReading, _whenRead);
        (_isReading, _whenRead) = (false, null);
        whenRead?.Invoke();
        return was;
    }
}
