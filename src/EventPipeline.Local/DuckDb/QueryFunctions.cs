namespace EventPipeline.Local.DuckDb;

/// <summary>The functions of DuckDB that a query may call only in some places, or not at all.</summary>
internal static class QueryFunctions
{
    /// <summary>
    /// What may appear in FROM besides tables and views. Any other table function reads files, settings or the engine's
    /// state.
    /// </summary>
    public static readonly IReadOnlySet<string> Tables = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "range", "generate_series", "unnest", "json_each", "json_tree", "repeat", "repeat_row",
    };

    /// <summary>Functions that change, reveal or wait for something outside the result.</summary>
    public static readonly IReadOnlySet<string> Refused = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "nextval", "currval", "setseed", "sleep_ms", "write_log", "stats", "getenv", "getvariable",
        "current_setting", "current_query", "current_query_id", "current_connection_id",
        "current_transaction_id", "txid_current", "finalize", "combine", "error", "json_serialize_plan",
    };

    /// <summary>Functions that make one value of any size, outside of what the memory limit counts.</summary>
    public static readonly IReadOnlySet<string> Inflating = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "range", "generate_series", "repeat", "lpad", "rpad", "list_resize", "array_resize", "printf",
        "format", "bar", "bitstring", "bitstring_agg",
    };
}
