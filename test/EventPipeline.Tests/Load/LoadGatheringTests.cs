using System.Collections.Concurrent;
using EventPipeline.Load;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Load;

/// <summary>Which windows share a load job, how long they wait for each other, and what each is told.</summary>
public sealed class LoadGatheringTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TableWarehouse _warehouse = new();
    private readonly FakeTimeProvider _clock = new();
    private LoadGathering _gathering = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_share_a_load_of_each_table_when_the_last_of_them_was_read()
    {
        Gather(3);
        var first = LoadAsync("a", "cost", "raw_page");
        var second = LoadAsync("b", "cost", "raw_page");
        (first.IsCompleted || second.IsCompleted).ShouldBeFalse();

        await Task.WhenAll(first, second, LoadAsync("c", "usage", "raw_page"));

        _warehouse.Loads.ShouldBe(["cost: a b", "raw_page: a b c", "usage: c"], ignoreOrder: true);
        _warehouse.Disposed.ShouldBe(["a", "a", "b", "b", "c", "c"], ignoreOrder: true);
    }

    [Fact]
    public async Task Who_has_nothing_to_load_is_not_waited_for()
    {
        Gather(3);
        var first = LoadAsync("a");
        var second = LoadAsync("b");
        (first.IsCompleted || second.IsCompleted).ShouldBeFalse();

        _gathering.Leave();

        await Task.WhenAll(first, second);
        _warehouse.Loads.ShouldBe(["cost: a b"]);
    }

    [Fact]
    public async Task Who_is_alone_waits_for_nobody()
    {
        Gather(1);

        await LoadAsync("a");

        _warehouse.Loads.ShouldBe(["cost: a"]);
    }

    [Fact]
    public async Task Who_is_read_further_is_waited_for_again()
    {
        Gather(2);
        var first = LoadAsync("a");
        await LoadAsync("b");
        await first;
        _gathering.Enter();
        _gathering.Enter();

        var again = LoadAsync("a");
        again.IsCompleted.ShouldBeFalse();
        await LoadAsync("b");

        await again;
        _warehouse.Loads.ShouldBe(["cost: a b", "cost: a b"]);
    }

    [Fact]
    public async Task Who_cannot_wait_longer_takes_those_along_that_wait()
    {
        Gather(3);
        var first = LoadAsync("a");
        var second = _gathering.LoadAsync(Uploads("b", "cost"), TimeSpan.FromSeconds(10), Token);

        _clock.Advance(TimeSpan.FromSeconds(10));

        await Task.WhenAll(first, second);
        await _gathering.LoadAsync(Uploads("c", "cost"), TimeSpan.Zero, Token);
        _warehouse.Loads.ShouldBe(["cost: a b", "cost: c"], ignoreOrder: true);
    }

    [Fact]
    public async Task Who_is_late_already_waits_for_nobody()
    {
        Gather(2);

        await _gathering.LoadAsync(Uploads("a", "cost"), TimeSpan.FromSeconds(-1), Token);

        _warehouse.Loads.ShouldBe(["cost: a"]);
    }

    [Fact]
    public async Task Each_is_told_of_its_own_rows_only()
    {
        _warehouse.FateOf = (table, load) => (table, load) switch
        {
            ("cost", "a") => new RejectedEventException("Refused.", "Look."),
            ("usage", "c") => new TransientFailureException("Away."),
            _ => null,
        };
        Gather(3);
        var a = LoadAsync("a", "cost", "raw_page");
        var b = LoadAsync("b", "cost", "raw_page");
        var c = LoadAsync("c", "usage", "raw_page");

        await b;
        (await Should.ThrowAsync<RejectedEventException>(a)).Message.ShouldBe("Refused.");
        (await Should.ThrowAsync<TransientFailureException>(c)).Message.ShouldBe("Away.");
    }

    [Fact]
    public async Task Who_is_told_of_a_failure_is_so_when_nothing_of_its_own_is_on_its_way_any_more()
    {
        var late = new TaskCompletionSource();
        _warehouse.FateOf = (table, _) => table == "cost" ? throw new TransientFailureException("Away.") : null;
        _warehouse.Ends = late.Task;
        Gather(1);

        var load = LoadAsync("a", "cost", "raw_page");
        await _warehouse.Begun.Task.WaitAsync(Token);
        (load.IsCompleted, _warehouse.Disposed.Count).ShouldBe((false, 0));
        late.SetResult();

        (await Should.ThrowAsync<TransientFailureException>(load)).Message.ShouldBe("Away.");
    }

    [Fact]
    public async Task Who_gives_up_while_it_waits_is_not_loaded_and_holds_nobody_up()
    {
        using var given = new CancellationTokenSource();
        Gather(2);
        var left = _gathering.LoadAsync(Uploads("a", "cost"), Patience, given.Token);
        await given.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(left);
        _warehouse.Disposed.ShouldBe(["a"]);
        await LoadAsync("b");
        _warehouse.Loads.ShouldBe(["cost: b"]);
    }

    [Fact]
    public async Task A_shared_load_that_does_not_return_fails_those_who_wait_for_it()
    {
        _warehouse.Hangs = true;
        Gather(2);
        Task[] loads = [LoadAsync("a"), LoadAsync("b")];
        await _warehouse.Begun.Task.WaitAsync(Token);

        _clock.Advance(TimeSpan.FromMinutes(10));

        foreach (var load in loads)
        {
            (await Should.ThrowAsync<TransientFailureException>(load)).Message.ShouldContain("10 minutes");
        }
    }

    [Fact]
    public async Task A_window_leaves_its_place_once_and_says_once_that_it_was_read()
    {
        Gather(2);
        var read = 0;
        var place = new LoadPlace(_warehouse, _clock);
        place.Join(_gathering, TimeSpan.Zero, () => read++);
        place.Enter();
        var other = LoadAsync("b");
        await Task.WhenAll(other, place.LoadAsync(Uploads("a", "cost"), Patience, Token));
        read.ShouldBe(1);

        place.Enter();
        place.Leave();
        place.Dispose();

        read.ShouldBe(1);
        _gathering.Enter();
        await LoadAsync("c");
        _warehouse.Loads.ShouldBe(["cost: a b", "cost: c"], ignoreOrder: true);
    }

    private void Gather(int windows) => _gathering = new LoadGathering(_warehouse, _clock, windows);

    private Task LoadAsync(string load, params string[] tables) =>
        _gathering.LoadAsync(Uploads(load, tables is [] ? ["cost"] : tables), Patience, Token);

    private Dictionary<string, IUpload> Uploads(string load, params string[] tables) =>
        tables.ToDictionary(table => table, table => (IUpload)new NamedUpload(load, table, _warehouse.Disposed));

    /// <summary>Notes what is loaded together.</summary>
    private sealed class TableWarehouse : IWarehouse
    {
        public ConcurrentBag<string> Loads { get; } = [];

        public ConcurrentBag<string> Disposed { get; } = [];

        public Func<string, string, Exception?> FateOf { get; set; } = (_, _) => null;

        public bool Hangs { get; set; }

        public Task Ends { get; set; } = Task.CompletedTask;

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<Task> LoadTogether(IReadOnlyList<IUpload> uploads, CancellationToken cancellationToken)
        {
            var named = uploads.Cast<NamedUpload>().ToList();
            Loads.Add($"{named[0].Table}: {string.Join(' ', named.Select(upload => upload.Load).Order())}");
            Begun.TrySetResult();
            return
            [
                .. named.Select(upload => FateOf(upload.Table, upload.Load) is { } failure
                    ? Task.FromException(failure)
                    : Hangs ? Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken)
                    : Ends),
            ];
        }

        public Task<IUpload> StartUploadAsync(
            string dataset, string table, string loadId, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<Row>> QueryAsync(
            string dataset, Statement statement, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<bool> ExecuteAsync(
            string dataset, string statementId, Statement statement, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class NamedUpload(string load, string table, ConcurrentBag<string> disposed) : IUpload
    {
        public string Load => load;

        public string Table => table;

        public void Begin(int part) => throw new NotSupportedException();

        public void LeaveOut(int part) => throw new NotSupportedException();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task LoadAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync()
        {
            disposed.Add(load);
            return ValueTask.CompletedTask;
        }
    }
}
