using System.Globalization;
using System.Text;
using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>
/// Reads GoogleSQL into tokens: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/lexical.
/// </summary>
internal sealed class Lexer
{
    private static readonly string[] LongSymbols = ["<=", ">=", "<>", "!=", "||", "=>", "<<", ">>"];
    private readonly string sql;
    private readonly List<Token> tokens = [];
    private int at;

    private Lexer(string sql) => this.sql = sql;

    /// <summary>The tokens of one statement; a semicolon at its end is left out.</summary>
    /// <exception cref="GoogleException">It is not GoogleSQL, or more than one statement.</exception>
    public static IReadOnlyList<Token> Read(string sql)
    {
        var lexer = new Lexer(sql);
        lexer.Read();
        var tokens = lexer.tokens;
        while (tokens is [.., var last] && last.IsSymbol(";"))
        {
            tokens.RemoveAt(tokens.Count - 1);
        }

        return tokens.Count == 0 ? throw GoogleException.InvalidQuery("Syntax error: Unexpected end of statement")
            : tokens.Any(token => token.IsSymbol(";"))
                ? throw GoogleException.NotHere("A script of more than one statement")
            : tokens;
    }

    /// <summary>Where a token is, as BigQuery says it.</summary>
    public static string Position(string sql, int offset)
    {
        var lines = sql[..offset].Split('\n');
        return FormattableString.Invariant($"[{lines.Length}:{lines[^1].Length + 1}]");
    }

    private void Read()
    {
        while (at < sql.Length)
        {
            var c = sql[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (c == '#' || Ahead("--"))
            {
                at = sql.IndexOf('\n', at) is var end and >= 0 ? end : sql.Length;
            }
            else if (Ahead("/*"))
            {
                at = sql.IndexOf("*/", at, StringComparison.Ordinal) is var end and >= 0
                    ? end + 2
                    : throw Unclosed("comment");
            }
            else
            {
                tokens.Add(Next(c));
            }
        }
    }

    private Token Next(char c)
    {
        var start = at;
        if (c is '\'' or '"')
        {
            return new Token(TokenKind.Text, Quoted(raw: false), start, at);
        }

        if (c is 'r' or 'R' && at + 1 < sql.Length && sql[at + 1] is '\'' or '"')
        {
            at++;
            return new Token(TokenKind.Text, Quoted(raw: true), start, at);
        }

        if (c == '`')
        {
            return new Token(TokenKind.Quoted, Quoted(raw: false), start, at);
        }

        if (c is '@' or '?')
        {
            at++;
            var name = c == '@' ? Take(IsWord) : "";
            return new Token(TokenKind.Parameter, name, start, at);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && at + 1 < sql.Length && char.IsAsciiDigit(sql[at + 1])))
        {
            Number();
            return new Token(TokenKind.Number, sql[start..at], start, at);
        }

        if (char.IsLetter(c) || c == '_')
        {
            return new Token(TokenKind.Word, Take(IsWord), start, at);
        }

        var symbol = LongSymbols.FirstOrDefault(Ahead) ?? c.ToString();
        at += symbol.Length;
        return new Token(TokenKind.Symbol, symbol, start, at);
    }

    private void Number()
    {
        Take(char.IsAsciiDigit);
        if (at < sql.Length && sql[at] == '.')
        {
            at++;
            Take(char.IsAsciiDigit);
        }

        if (
            at + 1 < sql.Length
                && sql[at] is 'e' or 'E'
                && (char.IsAsciiDigit(sql[at + 1]) || sql[at + 1] is '+' or '-'))
        {
            at += 2;
            Take(char.IsAsciiDigit);
        }
    }

    private string Quoted(bool raw)
    {
        var quote = sql[at];
        var mark = quote != '`' && Ahead(new string(quote, 3)) ? new string(quote, 3) : quote.ToString();
        at += mark.Length;
        var text = new StringBuilder();
        while (!Ahead(mark))
        {
            if (at >= sql.Length || (mark.Length == 1 && sql[at] == '\n'))
            {
                throw Unclosed(quote == '`' ? "identifier literal" : "string literal");
            }

            if (sql[at] == '\\' && !raw)
            {
                Escape(text);
            }
            else
            {
                text.Append(sql[at++]);
            }
        }

        at += mark.Length;
        return text.ToString();
    }

    private void Escape(StringBuilder text)
    {
        var c = at + 1 < sql.Length ? sql[at + 1] : throw Unclosed("string literal");
        at += 2;
        switch (c)
        {
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'a': text.Append('\a'); break;
            case 'v': text.Append('\v'); break;
            case 'x' or 'X': Code(text, 2); break;
            case 'u': Code(text, 4); break;
            case 'U': Code(text, 8); break;
            case '\\' or '\'' or '"' or '`' or '?': text.Append(c); break;
            default: throw GoogleException.InvalidQuery(
                $"Syntax error: Illegal escape sequence: \\{c} at {Position(sql, at - 2)}");
        }
    }

    private void Code(StringBuilder text, int digits)
    {
        if (at + digits > sql.Length
            || !int.TryParse(
                sql.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
        {
            throw GoogleException.InvalidQuery($"Syntax error: Illegal escape sequence at {Position(sql, at - 2)}");
        }

        text.Append(new Rune(code).ToString());
        at += digits;
    }

    private GoogleException Unclosed(string what) =>
        GoogleException.InvalidQuery($"Syntax error: Unclosed {what} at {Position(sql, Math.Min(at, sql.Length))}");

    private bool Ahead(string text) => string.CompareOrdinal(sql, at, text, 0, text.Length) == 0;

    private string Take(Func<char, bool> wanted)
    {
        var start = at;
        while (at < sql.Length && wanted(sql[at]))
        {
            at++;
        }

        return sql[start..at];
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
