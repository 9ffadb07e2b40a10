namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>What a piece of GoogleSQL is.</summary>
internal enum TokenKind
{
    Word,
    Quoted,
    Text,
    Number,
    Parameter,
    Symbol,
}

/// <summary>A piece of GoogleSQL.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">
/// A word as written, a name or text without its quotes, a parameter's name (empty for <c>?</c>), or the symbol.
/// </param>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="End">Where it has ended.</param>
internal sealed record Token(TokenKind Kind, string Value, int Start, int End)
{
    /// <summary>Whether it is a keyword, in any case.</summary>
    public bool Is(string word) => Kind == TokenKind.Word && Value.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is a symbol.</summary>
    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Value == symbol;
}
