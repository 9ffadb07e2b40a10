using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>Walks through a statement's tokens.</summary>
internal sealed class TokenReader(string sql, IReadOnlyList<Token> tokens)
{
    public IReadOnlyList<Token> Tokens => tokens;

    /// <summary>The next token's number.</summary>
    public int At { get; set; }

    public bool AtEnd => At >= tokens.Count;

    /// <summary>Takes keywords when all of them are next.</summary>
    public bool Take(params IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (At + i >= tokens.Count || !tokens[At + i].Is(words[i]))
            {
                return false;
            }
        }

        At += words.Count;
        return true;
    }

    /// <summary>Takes a symbol when it is next.</summary>
    public bool TakeSymbol(string symbol)
    {
        var isNext = !AtEnd && tokens[At].IsSymbol(symbol);
        At += isNext ? 1 : 0;
        return isNext;
    }

    /// <summary>Takes any token.</summary>
    public Token Next() => AtEnd ? throw Unexpected() : tokens[At++];

    /// <summary>Takes a name.</summary>
    public string Name() => Next() is { Kind: TokenKind.Word or TokenKind.Quoted } name
        ? name.Value
        : throw Unexpected(At - 1);

    /// <summary>Insists on keywords.</summary>
    public void Expect(params IReadOnlyList<string> words)
    {
        if (!Take(words))
        {
            throw Unexpected();
        }
    }

    /// <summary>Insists on a symbol.</summary>
    public void ExpectSymbol(string symbol)
    {
        if (!TakeSymbol(symbol))
        {
            throw Unexpected();
        }
    }

    /// <summary>Insists on the end.</summary>
    public void ExpectEnd()
    {
        if (!AtEnd)
        {
            throw Unexpected();
        }
    }

    /// <summary>Reads <c>OPTIONS (name = value, …)</c> when it is next.</summary>
    public IReadOnlyDictionary<string, Token> Options()
    {
        var options = new Dictionary<string, Token>(StringComparer.Ordinal);
        if (!Take("OPTIONS"))
        {
            return options;
        }

        ExpectSymbol("(");
        while (!TakeSymbol(")"))
        {
            var name = Name().ToLowerInvariant();
            ExpectSymbol("=");
            options[name] = Next();
            TakeSymbol(",");
        }

        return options;
    }

    /// <summary>What BigQuery says where a statement goes wrong.</summary>
    public GoogleException Unexpected(int? at = null) => (at ?? At) is var i && i < tokens.Count
        ? GoogleException.InvalidQuery(
            $"Syntax error: Unexpected \"{tokens[i].Value}\" at {Lexer.Position(sql, tokens[i].Start)}")
        : GoogleException.InvalidQuery("Syntax error: Unexpected end of statement");
}
