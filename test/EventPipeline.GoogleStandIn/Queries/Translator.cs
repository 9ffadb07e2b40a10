using System.Globalization;
using System.Text;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>
/// Writes GoogleSQL as DuckDB's SQL, token by token: names, texts, numbers, types and parameters. What both dialects
/// spell alike passes.
/// </summary>
/// <param name="sql">The statement.</param>
/// <param name="tokens">Its tokens.</param>
/// <param name="project">The project of names that have none.</param>
/// <param name="parameters">Its values.</param>
/// <param name="forPlan">Whether it is not to be run, but to tell what it reads.</param>
internal sealed class Translator(
    string sql, IReadOnlyList<Token> tokens, string project, Parameters parameters, bool forPlan = false)
{
    /// <summary>Names in GoogleSQL, keywords in DuckDB.</summary>
    private static readonly HashSet<string> OnlyDuckDbReserves = new(StringComparer.OrdinalIgnoreCase)
    {
        "ANALYSE",
        "ANALYZE",
        "ASYMMETRIC",
        "AT",
        "CHECK",
        "COLUMN",
        "CONSTRAINT",
        "DEFERRABLE",
        "DESCRIBE",
        "DO",
        "FOREIGN",
        "GRANT",
        "INITIALLY",
        "LAMBDA",
        "ONLY",
        "PLACING",
        "PRIMARY",
        "REFERENCES",
        "RETURNING",
        "SHOW",
        "SUMMARIZE",
        "SYMMETRIC",
        "UNIQUE",
        "VARIADIC",
    };

    private readonly List<TableName> tables = [];
    private readonly List<IReadOnlyList<string>> named = [];

    /// <summary>The qualified tables the statement names.</summary>
    public IReadOnlyList<TableName> Tables => tables;

    /// <summary>
    /// What stands where a table is named, in order; a name alone is of the default dataset, where there is one.
    /// </summary>
    public IEnumerable<TableName> Named(string? defaultDataset) => named
        .Where(parts => parts.Count is 2 or 3 || defaultDataset is not null)
        .Select(parts => Table(parts, defaultDataset));

    /// <summary>The tokens of a range as DuckDB's SQL.</summary>
    public string Translate(int from, int to)
    {
        var text = new StringBuilder();
        for (var i = from; i < to;)
        {
            if (i > from && tokens[i - 1].End < tokens[i].Start)
            {
                text.Append(' ');
            }

            i += Write(text, i, to);
        }

        return text.ToString();
    }

    /// <summary>
    /// Reads the name of a table: <c>`p`.d.t</c>, <c>`p.d.t`</c>, <c>p.d.t</c> (a project may have dashes), or
    /// <c>d.t</c>.
    /// </summary>
    /// <returns>The name's parts, and how many tokens they are.</returns>
    public (IReadOnlyList<string> Parts, int Length) Path(int at)
    {
        var parts = new List<string>();
        var i = at;
        while (i < tokens.Count && tokens[i].Kind is TokenKind.Word or TokenKind.Quoted)
        {
            if (tokens[i].Kind == TokenKind.Quoted)
            {
                parts.AddRange(tokens[i].Value.Split('.'));
                i++;
            }
            else
            {
                // An unquoted dash belongs to the name where no space is around it.
                var last = i;
                while (last + 2 < tokens.Count && tokens[last + 1].IsSymbol("-") && Touch(last) && Touch(last + 1)
                    && tokens[last + 2].Kind is TokenKind.Word or TokenKind.Number)
                {
                    last += 2;
                }

                parts.Add(sql[tokens[i].Start..tokens[last].End]);
                i = last + 1;
            }

            if (i + 1 >= tokens.Count || !tokens[i].IsSymbol("."))
            {
                break;
            }

            i++;
        }

        return (parts, i - at);
    }

    /// <summary>The table a name stands for.</summary>
    public TableName Table(IReadOnlyList<string> parts, string? defaultDataset) => parts switch
    {
        [var table] when defaultDataset is not null => new TableName(project, defaultDataset, table),
        [var dataset, var table] => new TableName(project, dataset, table),
        [var owner, var dataset, var table] => new TableName(owner, dataset, table),
        _ =>
            throw GoogleException.Invalid(
                $"Table \"{string.Join('.', parts)}\" must be qualified with a dataset (e.g. dataset.table)."),
    };

    private int Write(StringBuilder text, int i, int to)
    {
        if (!forPlan || ComparedColumn.Length(tokens, i) is not (> 0 and var length))
        {
            return WriteToken(text, i, to);
        }

        text.Append("([");
        for (var at = i; at < i + length;)
        {
            at += WriteToken(text, at, to);
        }

        text.Append("])[1]");
        return length;
    }

    private int WriteToken(StringBuilder text, int i, int to)
    {
        var token = tokens[i];
        switch (token.Kind)
        {
            case TokenKind.Text:
                text.Append(Sql.Text(token.Value));
                return 1;
            case TokenKind.Number when token.Value.All(char.IsAsciiDigit):
                text.Append(token.Value);
                return 1;
            case TokenKind.Number:
                text.Append(CultureInfo.InvariantCulture, $"CAST({token.Value} AS DOUBLE)");
                return 1;
            case TokenKind.Parameter:
                text.Append(parameters.Take(token.Value, Lexer.Position(sql, token.Start)));
                return 1;
            case TokenKind.Quoted or TokenKind.Word when i > 0
                && NamesTable(tokens[i - 1])
                && !(i + 1 < to && tokens[i + 1].IsSymbol("(")):
                return WriteTable(text, i);
            case TokenKind.Quoted:
                text.AppendJoin('.', token.Value.Split('.').Select(Sql.Name));
                return 1;
            case TokenKind.Word:
                return WriteWord(text, i);
            default:
                text.Append(token.Value);
                return 1;
        }
    }

    private int WriteTable(StringBuilder text, int i)
    {
        var (parts, length) = Path(i);
        if (parts.Any(part => part.Equals("INFORMATION_SCHEMA", StringComparison.OrdinalIgnoreCase)))
        {
            throw GoogleException.NotHere("INFORMATION_SCHEMA");
        }

        // EXTRACT(DAY FROM t.usage_date) looks like a table too, and is written the same way.
        if (parts.Count is 2 or 3)
        {
            tables.Add(Table(parts, null));
        }

        if (parts.Count is 1 or 2 or 3)
        {
            named.Add(parts);
        }

        text.AppendJoin('.', (parts.Count == 3 ? parts.Skip(1) : parts).Select(Sql.Name));
        return length;
    }

    private int WriteWord(StringBuilder text, int i)
    {
        var token = tokens[i];
        if (token.Is("CURRENT_TIMESTAMP"))
        {
            text.Append("CAST(now() AS TIMESTAMP)");
            return Parentheses(i);
        }

        if (token.Is("CURRENT_DATE"))
        {
            text.Append("CAST(now() AS DATE)");
            return Parentheses(i);
        }

        if (token.Is("SAFE_CAST"))
        {
            text.Append("TRY_CAST");
            return 1;
        }

        if (token.Is("STRUCT") && At(i + 1, "("))
        {
            text.Append("STRUCT_PACK");
            return 1;
        }

        if (token.Is("REGEXP_CONTAINS"))
        {
            text.Append("REGEXP_MATCHES");
            return 1;
        }

        // TO_JSON_STRING(x), TO_JSON_STRING(t.x)
        if (token.Is("TO_JSON_STRING") && At(i + 1, "(") && (At(i + 3, ")") || (At(i + 3, ".") && At(i + 5, ")"))))
        {
            var length = At(i + 3, ")") ? 1 : 3;
            var value = string.Concat(Enumerable.Range(i + 2, length).Select(at =>
                tokens[at].IsSymbol(".") ? "." : Sql.Name(tokens[at].Value)));
            text.Append(CultureInfo.InvariantCulture, $"CAST(TO_JSON({value}) AS VARCHAR)");
            return length + 3;
        }

        // ARRAY_AGG(x IGNORE NULLS)
        if (token.Is("ARRAY_AGG") && i + 5 < tokens.Count && At(i + 1, "(")
            && tokens[i + 3].Is("IGNORE") && tokens[i + 4].Is("NULLS") && At(i + 5, ")"))
        {
            var column = Sql.Name(tokens[i + 2].Value);
            text.Append(CultureInfo.InvariantCulture, $"ARRAY_AGG({column}) FILTER (WHERE {column} IS NOT NULL)");
            return 6;
        }

        // x FROM t AS s CROSS JOIN UNNEST(s.xs) AS x: a filter of days would not reach what the array is made of.
        if (At(i + 12, ")") && tokens[i + 1].Is("FROM") && tokens[i + 5].Is("CROSS") && tokens[i + 7].Is("UNNEST")
            && tokens[i + 14].Value == token.Value)
        {
            var (from, of, array) = (tokens[i + 2].Value, tokens[i + 4].Value, tokens[i + 11].Value);
            text.Append(
                CultureInfo.InvariantCulture,
                $"UNNEST({Sql.Name(of)}.{Sql.Name(array)}) AS {Sql.Name(token.Value)} "
                    + $"FROM {Sql.Name(from)} AS {Sql.Name(of)}");
            return 15;
        }

        if (i > 0 && tokens[i - 1].Is("AS") && InCast(i) && TypeAt(tokens, i) is { } type)
        {
            text.Append(type.Type.DuckDb);
            return type.Length;
        }

        text.Append(OnlyDuckDbReserves.Contains(token.Value) ? Sql.Name(token.Value) : token.Value);
        return 1;
    }

    /// <summary>The type that begins at a token; null when no type does.</summary>
    public static (ColumnType Type, int Length)? TypeAt(IReadOnlyList<Token> tokens, int at)
    {
        if (at >= tokens.Count || tokens[at].Kind != TokenKind.Word)
        {
            return null;
        }

        var numbers = new List<int>();
        var length = 1;
        if (at + 1 < tokens.Count && tokens[at + 1].IsSymbol("("))
        {
            for (length = 2; at + length < tokens.Count && !tokens[at + length].IsSymbol(")"); length++)
            {
                if (tokens[at + length].Kind == TokenKind.Number)
                {
                    numbers.Add(int.Parse(tokens[at + length].Value, CultureInfo.InvariantCulture));
                }
            }

            length++;
        }

        return (
            ColumnType.Of(
                tokens[at].Value, numbers.Count > 0 ? numbers[0] : null, numbers.Count > 1 ? numbers[1] : null),
            length);
    }

    private static bool NamesTable(Token before) =>
        before.Is("FROM") || before.Is("JOIN") || before.Is("INTO") || before.Is("UPDATE");

    private int Parentheses(int i) => i + 2 < tokens.Count && tokens[i + 1].IsSymbol("(") && tokens[i + 2].IsSymbol(")")
        ? 3
        : 1;

    /// <summary>Whether the AS before a token is a CAST's, not an alias.</summary>
    private bool InCast(int i)
    {
        var depth = 0;
        for (var back = i - 1; back > 0; back--)
        {
            depth += tokens[back].IsSymbol(")") ? 1 : tokens[back].IsSymbol("(") ? -1 : 0;
            if (depth < 0)
            {
                return tokens[back - 1].Is("CAST") || tokens[back - 1].Is("SAFE_CAST");
            }
        }

        return false;
    }

    private bool At(int i, string symbol) => i < tokens.Count && tokens[i].IsSymbol(symbol);

    private bool Touch(int i) => tokens[i].End == tokens[i + 1].Start;
}
