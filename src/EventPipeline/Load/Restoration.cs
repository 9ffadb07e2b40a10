namespace EventPipeline.Load;

/// <summary>
/// Shows earlier versions of slices again, until a forced read. Only a commit is added: it points to the load that
/// holds the rows.
/// </summary>
internal sealed class Restoration(IWarehouse warehouse, string dataset)
{
    /// <summary>At 17 values a row, below the 10,000 that one statement takes.</summary>
    public const int MaxSlices = 500;

    private const int MaxVersions = 100_000;

    private readonly SliceVersions _versions = new(warehouse, dataset);

    /// <summary>What restoring the versions that a choice describes would change.</summary>
    public async Task<RestorePlan> PlanAsync(VersionChoice choice, CancellationToken cancellationToken)
    {
        var found = await _versions.FindAsync(
            choice with { IsForRestoring = true }, MaxVersions + 1, cancellationToken);
        var changes = new List<RestoredSlice>();
        var kept = new List<SliceVersion>();
        foreach (var slice in found.GroupBy(version => version.Slice))
        {
            var chosen = slice.FirstOrDefault(
                version => choice.LoadId is null ? version.WasCurrent : version.LoadId == choice.LoadId);

            // A load that somebody names is to stay; of a time, only what has changed since is meant.
            if (chosen is { IsShown: true } && (choice.LoadId is null || chosen.IsPinned))
            {
                kept.Add(chosen);
            }
            else if (chosen is not null)
            {
                changes.Add(new RestoredSlice(slice.First(version => version.IsCurrent), chosen));
            }
        }

        var isTooMany = changes.Count > MaxSlices || found.Count > MaxVersions;
        IReadOnlyList<SliceVersion> chosenOnes =
            [.. changes.Select(slice => slice.After), .. kept.Where(version => version.IsPinned)];
        return new RestorePlan(
            choice,
            changes,
            kept.Count,
            isTooMany ? [] : await _versions.FindCompactedAsync(chosenOnes, cancellationToken))
        {
            IsTooMany = isTooMany,
        };
    }

    /// <summary>Makes it so.</summary>
    /// <param name="plan">A plan that can be carried out.</param>
    /// <param name="id">The restoration's id: unique forever.</param>
    /// <param name="cancellationToken">Stops waiting; it may have happened.</param>
    /// <exception cref="TransientFailureException">It failed, or its outcome is unknown.</exception>
    public Task CommitAsync(RestorePlan plan, string id, CancellationToken cancellationToken) => InsertAsync(
        id,
        plan.Slices.Select(slice => slice.After.Restored(
            id, slice.Before.Account, slice.Before.ReadBegan.AddMicroseconds(1), isPinned: true)),
        cancellationToken);

    /// <summary>Looks whether it is so.</summary>
    /// <param name="plan">The plan that was carried out.</param>
    /// <param name="id">The restoration's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TransientFailureException">That could not be found out, or not be undone.</exception>
    public async Task<RestoreEnd> CheckAsync(RestorePlan plan, string id, CancellationToken cancellationToken)
    {
        var now = await CurrentAsync(plan, cancellationToken);
        var gone = await _versions.FindCompactedAsync([.. plan.Slices.Select(slice => slice.After)], cancellationToken);

        // What shows a version without its rows shows what it showed before, unless somebody has read it since.
        var lost = plan.Slices.Where(slice => gone.Contains(slice.After) && IsRestored(slice, now)).ToList();
        if (lost.Count > 0)
        {
            await InsertAsync(
                $"{id}_undone",
                lost.Select(slice => slice.Before.Restored(
                    id,
                    slice.Before.Account,
                    now[slice.After.Slice].ReadBegan.AddMicroseconds(1),
                    slice.Before.IsPinned)),
                cancellationToken);
        }

        return new RestoreEnd(
            gone, [.. plan.Slices.Where(slice => !IsRestored(slice, now)).Select(slice => slice.After)]);
    }

    private static bool IsRestored(
        RestoredSlice slice, IReadOnlyDictionary<Slice, SliceVersion> now) =>
        now.GetValueOrDefault(slice.After.Slice) is { IsPinned: true } current && current.LoadId == slice.After.LoadId;

    private async Task<IReadOnlyDictionary<Slice, SliceVersion>> CurrentAsync(
        RestorePlan plan, CancellationToken cancellationToken)
    {
        var found = await _versions.FindAsync(
            plan.Choice with { IsForRestoring = true }, int.MaxValue, cancellationToken);
        return found.Where(version => version.IsCurrent).ToDictionary(version => version.Slice);
    }

    private Task<bool> InsertAsync(
        string id, IEnumerable<IReadOnlyDictionary<string, object?>> rows, CancellationToken cancellationToken) =>
        warehouse.ExecuteAsync(
            dataset, id, Statement.Insert("insert_restored_versions", [.. rows]), cancellationToken);
}

/// <summary>What a restoration changes.</summary>
/// <param name="Choice">What was chosen.</param>
/// <param name="Slices">The slices that would show another version, newest day first.</param>
/// <param name="AlreadyShown">How many slices show the chosen version already.</param>
/// <param name="Compacted">The chosen versions whose rows are gone.</param>
internal sealed record RestorePlan(
    VersionChoice Choice, IReadOnlyList<RestoredSlice> Slices, int AlreadyShown, IReadOnlyList<SliceVersion> Compacted)
{
    /// <summary>Whether they are more than can be restored at once.</summary>
    public bool IsTooMany { get; init; }
}

/// <summary>A slice that shows another version.</summary>
/// <param name="Before">The version that is current.</param>
/// <param name="After">The one that is restored.</param>
internal sealed record RestoredSlice(SliceVersion Before, SliceVersion After);

/// <summary>What became of a restoration.</summary>
/// <param name="Compacted">
/// The versions whose rows <c>compact</c> has deleted meanwhile: their slices show what they showed before.
/// </param>
/// <param name="Replaced">Those that are not shown, because their days were read meanwhile.</param>
internal sealed record RestoreEnd(IReadOnlyList<SliceVersion> Compacted, IReadOnlyList<SliceVersion> Replaced);
