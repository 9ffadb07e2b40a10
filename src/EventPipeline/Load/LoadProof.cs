namespace EventPipeline.Load;

/// <summary>Asks what landed of a load.</summary>
internal static class LoadProof
{
    private const string Folder = "proofs";

    /// <summary>Every table that has rows to prove: the facts.</summary>
    public static IReadOnlyList<string> Tables { get; } =
        [.. Statement.Files(Folder).Select(file => Path.GetFileNameWithoutExtension(file))];

    /// <summary>
    /// The statement that adds up the rows of a load, by day. It reads the given tables only, and of each only the
    /// partitions of the window's days.
    /// </summary>
    /// <param name="window">The days, and whose they are.</param>
    /// <param name="accountId">The account's id that the rows are stored under.</param>
    /// <param name="loadId">The load.</param>
    /// <param name="tables">Some of <see cref="Tables"/>, at least one.</param>
    public static Statement Create(Window window, string accountId, string loadId, IEnumerable<string> tables) =>
        Statement.Create(
            "prove_load",
            ("vendor", window.Vendor),
            ("account_id", accountId),
            ("report", window.Report),
            ("load_id", loadId),
            ("from", window.From),
            ("to", window.To))
            .WithPart(
                "landed",
                string.Join("UNION ALL\n", tables.Select(table => Statement.Text($"{Folder}/{table}.sql"))));
}
