namespace EventPipeline.Load;

/// <summary>
/// Shows earlier versions of slices again, until a forced read. Only a commit is added: it points to the load that
/// holds the rows.
/// </summary>
internal sealed class Restoration(IWarehouse warehouse, Commits commits, string dataset)
{
    /// <summary>As many slices as one statement commits.</summary>
    public const int MaxSlices = Commits.MaxRows;

    /// <summary>More than so many slices had to be told apart: their versions are not all known.</summary>
    private const int MaxVersions = 100_000;

    // A read that begins while the restoration is being committed does not know of it, and must not look later than it.
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(1);

    private readonly SliceVersions _versions = new(warehouse, dataset);

    /// <summary>What restoring the versions that a choice describes would change.</summary>
    public async Task<RestorePlan> PlanAsync(VersionChoice choice, CancellationToken cancellationToken)
    {
        var found = await _versions.FindAsync(choice, MaxVersions + 1, cancellationToken);
        var changes = new List<RestoredSlice>();
        var alreadyShown = 0;
        foreach (var slice in found.GroupBy(version => version.Slice))
        {
            var chosen = slice.FirstOrDefault(
                version => choice.LoadId is null ? version.WasShown : version.LoadId == choice.LoadId);
            if (chosen is { IsShown: true })
            {
                alreadyShown++;
            }
            else if (chosen is not null)
            {
                changes.Add(new RestoredSlice(slice.First(version => version.IsShown), chosen));
            }
        }

        var isTooMany = changes.Count > MaxSlices || found.Count > MaxVersions;
        return new RestorePlan(
            changes,
            alreadyShown,
            isTooMany
                ? []
                : await _versions.FindCompactedAsync([.. changes.Select(slice => slice.After)], cancellationToken))
        {
            IsTooMany = isTooMany,
        };
    }

    /// <summary>Makes it so, all or nothing.</summary>
    /// <param name="plan">A plan that can be carried out.</param>
    /// <param name="id">The restoration's id: unique forever.</param>
    /// <param name="cancellationToken">Stops waiting; it may have happened.</param>
    /// <returns>
    /// The versions whose rows <c>compact</c> has deleted meanwhile: their slices show what they showed before.
    /// </returns>
    /// <exception cref="TransientFailureException">It failed, or its outcome is unknown.</exception>
    public async Task<IReadOnlyList<SliceVersion>> CommitAsync(
        RestorePlan plan, string id, CancellationToken cancellationToken)
    {
        await commits.InsertAsync(
            dataset,
            id,
            [.. plan.Slices.Select(slice => slice.After.Restored(id, Following(slice.Before, Ahead), isPinned: true))],
            cancellationToken);
        var gone = await _versions.FindCompactedAsync([.. plan.Slices.Select(slice => slice.After)], cancellationToken);
        var lost = plan.Slices.Where(slice => gone.Contains(slice.After)).ToList();
        if (lost.Count > 0)
        {
            await commits.InsertAsync(
                dataset,
                $"{id}_undone",
                [
                    .. lost.Select(slice => slice.Before.Restored(
                        id, Following(slice.Before, Ahead + Ahead), slice.Before.IsPinned)),
                ],
                cancellationToken);
        }

        return gone;
    }

    private static DateTimeOffset Following(SliceVersion shown, TimeSpan ahead)
    {
        var (next, soon) = (shown.ReadBegan.AddMicroseconds(1), shown.AnsweredAt + ahead);
        return next > soon ? next : soon;
    }
}

/// <summary>What a restoration changes.</summary>
/// <param name="Slices">The slices that would show another version, newest day first.</param>
/// <param name="AlreadyShown">How many slices show the chosen version already.</param>
/// <param name="Compacted">The chosen versions whose rows are gone.</param>
internal sealed record RestorePlan(
    IReadOnlyList<RestoredSlice> Slices, int AlreadyShown, IReadOnlyList<SliceVersion> Compacted)
{
    /// <summary>Whether they are more than can be restored at once.</summary>
    public bool IsTooMany { get; init; }
}

/// <summary>A slice that shows another version.</summary>
/// <param name="Before">The version that is shown.</param>
/// <param name="After">The one that is restored.</param>
internal sealed record RestoredSlice(SliceVersion Before, SliceVersion After);
