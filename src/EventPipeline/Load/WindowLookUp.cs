namespace EventPipeline.Load;

/// <summary>
/// What one question tells before a window is read: what the run has committed of it, and what is shown of its days.
/// </summary>
internal sealed class WindowLookUp
{
    private WindowLookUp(Window window, IReadOnlyList<string> accountIds, IReadOnlyList<Row> rows)
    {
        (Window, AccountIds) = (window, accountIds);
        Committed = [.. rows.Where(row => row.Flag("is_own"))];
        Shown = rows
            .Where(row => accountIds.Contains(row.Text("stored_account_id")))
            .GroupBy(row => row.Date("usage_date"))
            .ToDictionary(
                day => day.Key,
                day => day.OrderBy(row => row.Timestamp("read_began"))
                    .ThenBy(row => row.Text("load_id"), StringComparer.Ordinal)
                    .Last());
    }

    /// <summary>The window that was looked up.</summary>
    public Window Window { get; }

    /// <summary>The ids whose slices were looked at; empty if it was not known yet whose the window is.</summary>
    public IReadOnlyList<string> AccountIds { get; }

    /// <summary>The version of each day that is shown; a day that was never read is absent.</summary>
    public IReadOnlyDictionary<DateOnly, Row> Shown { get; }

    /// <summary>What the run has committed, a row per day, oldest first: the window's first days, or all.</summary>
    public IReadOnlyList<Row> Committed { get; }

    /// <summary>The first day of the window that the run has not committed; null if it has committed all.</summary>
    public DateOnly? FirstOpen => Window.EachDay()
        .Except(Committed.Select(day => day.Date("usage_date")))
        .Select(day => (DateOnly?)day)
        .FirstOrDefault();

    /// <summary>Whether the window has ended in the run: the commit of its last day is the end.</summary>
    public bool HasEnded => Committed.Any(day => !day.IsNull("window_outcome"));

    /// <summary>Looks up a window.</summary>
    /// <param name="warehouse">Where.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="runId">The run that asks for the window.</param>
    /// <param name="window">The window.</param>
    /// <param name="accountIds">
    /// Every id that the account's slices are stored under; none if it is not known who the account is.
    /// </param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<WindowLookUp> AskAsync(
        IWarehouse warehouse,
        string dataset,
        string runId,
        Window window,
        IReadOnlyList<string> accountIds,
        CancellationToken cancellationToken)
    {
        var statement = Statement.Create(
            "window_look_up",
            ("run_id", runId),
            ("window_id", window.Id),
            ("vendor", window.Vendor),
            ("report", window.Report),
            ("from", window.From),
            ("to", window.To));
        var rows = await warehouse.QueryAsync(
            dataset, statement.WithList("account_ids", accountIds), cancellationToken);
        return new WindowLookUp(window, accountIds, [.. rows.OrderBy(row => row.Date("usage_date"))]);
    }
}
