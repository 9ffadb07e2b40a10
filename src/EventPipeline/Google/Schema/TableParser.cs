using System.Text;
using System.Text.RegularExpressions;

namespace EventPipeline.Google.Schema;

/// <summary>
/// Reads one <c>CREATE TABLE IF NOT EXISTS</c> statement of the form that the files of <c>Sql/tables</c> have, and
/// nothing else: it refuses what it does not understand, since that could not be compared with a live table.
/// </summary>
internal sealed partial class TableParser
{
    private static readonly string[] Types =
        ["STRING", "INT64", "FLOAT64", "BOOL", "NUMERIC", "BIGNUMERIC", "DATE", "TIMESTAMP", "JSON"];

    private readonly string _file;
    private readonly string _sql;
    private readonly List<Match> _tokens;
    private int _next;

    public TableParser(string file, string sql)
    {
        (_file, _sql) = (file, sql);
        _tokens = Token().Matches(sql).ToList();
    }

    /// <exception cref="FormatException">
    /// The text is something else; the message names the file, the line and the column.
    /// </exception>
    public TableDefinition Read()
    {
        TakeAll("CREATE", "TABLE", "IF", "NOT", "EXISTS", "{dataset}", ".");
        var name = TakeName();
        var columns = ReadColumns();
        var partitionBy = Skip("PARTITION") ? ReadPartitioning(columns) : null;
        var clusterBy = Skip("CLUSTER") ? ReadClustering(columns) : [];
        var options = Skip("OPTIONS")
            ? ReadOptions("partition_expiration_days", "require_partition_filter", "description")
            : [];
        TakeAll(";");
        if (_next < _tokens.Count)
        {
            throw Unexpected("the end");
        }

        return new TableDefinition(
            name,
            columns,
            partitionBy,
            clusterBy,
            Days(options),
            options.GetValueOrDefault("require_partition_filter") == "TRUE",
            options.GetValueOrDefault("description"));
    }

    private List<ColumnDefinition> ReadColumns()
    {
        var columns = new List<ColumnDefinition>();
        TakeAll("(");
        do
        {
            var name = TakeName();
            if (Contains(columns, name))
            {
                _next--;
                throw Unexpected("a column that does not exist yet");
            }

            var type = ReadType();
            var isRequired = Skip("NOT");
            if (isRequired)
            {
                TakeAll("NULL");
            }

            var options = Skip("OPTIONS") ? ReadOptions("description") : [];
            columns.Add(new ColumnDefinition(name, type, isRequired, options.GetValueOrDefault("description")));
        }
        while (Skip(","));
        TakeAll(")");
        return columns;
    }

    private string ReadType()
    {
        if (!Types.Contains(Peek))
        {
            throw Unexpected($"a type ({string.Join(", ", Types)})");
        }

        var type = Take();
        if (type is not ("NUMERIC" or "BIGNUMERIC") || !Skip("("))
        {
            return type;
        }

        var precision = TakeNumber();
        TakeAll(",");
        var scale = TakeNumber();
        TakeAll(")");
        return $"{type}({precision}, {scale})";
    }

    private string ReadPartitioning(List<ColumnDefinition> columns)
    {
        TakeAll("BY");
        if (!Skip("DATE"))
        {
            return TakeColumn(columns);
        }

        TakeAll("(");
        var column = TakeColumn(columns);
        TakeAll(")");
        return $"DATE({column})";
    }

    private List<string> ReadClustering(List<ColumnDefinition> columns)
    {
        TakeAll("BY");
        var clusterBy = new List<string>();
        do
        {
            clusterBy.Add(TakeColumn(columns));
        }
        while (Skip(","));
        return clusterBy;
    }

    private Dictionary<string, string> ReadOptions(params string[] known)
    {
        var options = new Dictionary<string, string>();
        TakeAll("(");
        do
        {
            if (!known.Contains(Peek) || options.ContainsKey(Peek))
            {
                throw Unexpected($"one of {string.Join(", ", known)}");
            }

            var name = Take();
            TakeAll("=");
            options.Add(name, name switch
            {
                "description" => TakeText(),
                "require_partition_filter" => TakeTruth(),
                _ => TakeNumber(),
            });
        }
        while (Skip(","));
        TakeAll(")");
        return options;
    }

    private static decimal? Days(Dictionary<string, string> options) =>
        !options.TryGetValue("partition_expiration_days", out var text) ? null
        : Money.TryParse(text, Money.AsIs, out var days, out _) ? days
        : throw new FormatException($"partition_expiration_days is '{text}', which is not a number.");

    private static bool Contains(List<ColumnDefinition> columns, string name) =>
        columns.Exists(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private string TakeColumn(List<ColumnDefinition> columns) =>
        Contains(columns, Peek) ? Take() : throw Unexpected("a column of the table");

    private string TakeName() => Name().IsMatch(Peek) ? Take() : throw Unexpected("a name");

    private string TakeNumber() => Peek is [>= '0' and <= '9', ..] ? Take() : throw Unexpected("a number");

    private string TakeTruth() => Peek is "TRUE" or "FALSE" ? Take() : throw Unexpected("TRUE or FALSE");

    private string TakeText()
    {
        if (Peek is not ['\'', .., '\''])
        {
            throw Unexpected("a string in single quotes");
        }

        var (quoted, text) = (Peek[1..^1], new StringBuilder());
        for (var i = 0; i < quoted.Length; i++)
        {
            text.Append(quoted[i] != '\\' ? quoted[i] : quoted[++i] switch
            {
                'n' => '\n',
                '\'' or '\\' => quoted[i],
                _ => throw Unexpected("one of the escapes \\', \\\\ and \\n"),
            });
        }

        _next++;
        return text.ToString();
    }

    private void TakeAll(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (!Skip(word))
            {
                throw Unexpected($"'{word}'");
            }
        }
    }

    private bool Skip(string word)
    {
        var isNext = Peek == word;
        _next += isNext ? 1 : 0;
        return isNext;
    }

    private string Peek => _next < _tokens.Count ? _tokens[_next].Value : "";

    private string Take() => _tokens[_next++].Value;

    private FormatException Unexpected(string expected)
    {
        var at = _next < _tokens.Count ? _tokens[_next].Index : _sql.Length;
        var line = _sql.AsSpan(0, at).Count('\n') + 1;
        var column = at - (at == 0 ? -1 : _sql.LastIndexOf('\n', at - 1));
        var found = Peek.Length == 0 ? "the text ends" : $"there is '{(Peek.Length > 60 ? $"{Peek[..60]}…" : Peek)}'";
        return new FormatException($"{_file}({line},{column}): {expected} was expected, but {found}.");
    }

    // The last alternative is any other character, so that only white space is skipped.
    [GeneratedRegex(@"\{dataset\}|[A-Za-z_]\w*|[0-9]+|'(?:\\.|[^'\\\n])*'|\S")]
    private static partial Regex Token();

    [GeneratedRegex(@"\A[A-Za-z_]\w*\z")]
    private static partial Regex Name();
}
