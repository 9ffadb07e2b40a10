namespace EventPipeline.Shared;

/// <summary>What a run does with what it reads.</summary>
public enum RunMode
{
    /// <summary>Loads the dataset.</summary>
    Production,

    /// <summary>Loads a separate dataset, <c>&lt;dataset&gt;_dev</c>, with a separate ledger.</summary>
    Development,

    /// <summary>
    /// Reads, compares with the current versions and reports the differences; writes run events and nothing else.
    /// </summary>
    DryRun,
}

/// <summary>The spelling of <see cref="RunMode"/> in messages, settings and tables.</summary>
public static class RunModeNames
{
    public const string Production = "production";
    public const string Development = "development";
    public const string DryRun = "dry_run";

    /// <summary>Every spelling, in the order of <see cref="RunMode"/>.</summary>
    public static IReadOnlyList<string> All { get; } = [Production, Development, DryRun];

    /// <summary>The spelling of a mode.</summary>
    public static string Name(this RunMode mode) => All[(int)mode];

    /// <summary>Reads a spelling, exactly.</summary>
    public static bool TryParse(string text, out RunMode mode)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i] == text)
            {
                mode = (RunMode)i;
                return true;
            }
        }

        mode = default;
        return false;
    }
}
