namespace EventPipeline.Local.DuckDb;

/// <summary>Writes a name into a SQL text, whatever it contains.</summary>
internal static class SqlName
{
    /// <summary>As an identifier: <c>"name"</c>.</summary>
    public static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>As a string: <c>'name'</c>.</summary>
    public static string Text(string name) => $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";
}
