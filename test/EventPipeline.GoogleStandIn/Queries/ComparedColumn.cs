namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>
/// A column to the right of a comparison. DuckDB takes what it knows of one side for the other, so that a constant
/// would pass from table to table, which Google does not promise; behind a list it does not see that it could.
/// </summary>
internal static class ComparedColumn
{
    private static readonly HashSet<string> Comparisons = new(StringComparer.Ordinal)
    {
        "=", "<", ">", "<=", ">=", "<>", "!=",
    };

    private static readonly HashSet<string> NoColumns = new(StringComparer.OrdinalIgnoreCase)
    {
        "ALL", "ANY", "CASE", "CURRENT_DATE", "CURRENT_TIMESTAMP", "DEFAULT", "FALSE", "INTERVAL", "NOT", "NULL",
        "SOME", "TRUE",
    };

    /// <summary>How many tokens it is, where one begins at a token; 0 where none does.</summary>
    public static int Length(IReadOnlyList<Token> tokens, int at)
    {
        if (at == 0
            || tokens[at - 1] is not { Kind: TokenKind.Symbol, Value: var symbol }
            || !Comparisons.Contains(symbol)
            || !IsName(tokens, at)
            || NoColumns.Contains(tokens[at].Value))
        {
            return 0;
        }

        var end = at + 1;
        while (end < tokens.Count && tokens[end].IsSymbol(".") && IsName(tokens, end + 1))
        {
            end += 2;
        }

        // A function, or the type of a literal.
        var isMore = end < tokens.Count && (tokens[end].IsSymbol("(") || tokens[end].Kind == TokenKind.Text);
        return isMore ? 0 : end - at;
    }

    private static bool IsName(IReadOnlyList<Token> tokens, int at) =>
        at < tokens.Count && tokens[at].Kind is TokenKind.Word or TokenKind.Quoted;
}
