namespace EventPipeline.GoogleStandIn.Storage;

/// <summary>How DuckDB writes names and texts.</summary>
internal static class Sql
{
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Name(string dataset, string name) => $"{Name(dataset)}.{Name(name)}";

    public static string Text(string text)
    {
        var literal = $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

        // A text of SQL ends at NUL.
        return text.Contains('\0', StringComparison.Ordinal)
            ? $"({literal.Replace("\0", "' || chr(0) || '", StringComparison.Ordinal)})"
            : literal;
    }
}
