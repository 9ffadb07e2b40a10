namespace EventPipeline.Anomalies;

/// <summary>What can be unusual, as the table <c>anomaly</c> and the log event <c>anomaly</c> name it.</summary>
internal static class AnomalyKind
{
    /// <summary>A report has no rows for a day, and had always some.</summary>
    public const string EmptyDay = "empty_day";

    /// <summary>A report has far more or far fewer tokens, or rows, than usual.</summary>
    public const string Volume = "volume";

    /// <summary>An account was billed far more than usual.</summary>
    public const string Cost = "cost";

    /// <summary>A report's data is older than 25 hours.</summary>
    public const string Stale = "stale";

    /// <summary>A vendor changed a day that was final, or changed one by much.</summary>
    public const string Restatement = "restatement";

    /// <summary>A part of a budget is spent.</summary>
    public const string Budget = "budget";

    /// <summary>The month is forecast to cost more than its budget.</summary>
    public const string Forecast = "forecast";

    public static readonly IReadOnlyList<string> All =
        [EmptyDay, Volume, Cost, Stale, Restatement, Budget, Forecast];
}
