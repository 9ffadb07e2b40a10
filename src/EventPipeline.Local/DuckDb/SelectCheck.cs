using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Whether a text is one SELECT that reads the datasets and nothing else. DuckDB's own parser says what the text is
/// (<c>json_serialize_sql</c> takes only SELECT statements), and every table and function in what it made of the text
/// is checked: https://duckdb.org/docs/stable/data/json/sql_to_and_from_json.
/// </summary>
internal sealed partial class SelectCheck(IReadOnlyList<string> datasets)
{
    private const int MaxLength = 64 * 1024;
    private const int MaxDepth = 4_000;
    private const int MaxStars = 16;
    private const long MaxWidening = 1_000;

    private static readonly HashSet<string> Lists = new(StringComparer.Ordinal)
    {
        "\"tables\"", "\"schemas\"", "__show_tables_expanded",
    };

    private static readonly HashSet<string> Sources = new(StringComparer.Ordinal)
    {
        "BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "EMPTY_FROM", "PIVOT",
        "SHOW_REF",
    };

    /// <exception cref="UsageException">It is something else; the message says what, and what to do.</exception>
    public void Check(DuckDBConnection connection, string sql)
    {
        if (sql.Length > MaxLength)
        {
            throw new UsageException(
                $"The query has {sql.Length.ToString("N0", CultureInfo.InvariantCulture)} characters; "
                + $"at most {MaxLength.ToString("N0", CultureInfo.InvariantCulture)} are allowed. Shorten it.");
        }

        if (sql.Contains('\0', StringComparison.Ordinal))
        {
            throw new UsageException("The query contains a NUL character. Remove it.");
        }

        using var parsed = Parse(connection, sql);
        CheckWidth(parsed.RootElement);
        var names = new Lazy<HashSet<string>>(() => Tables(connection, datasets[0]));
        var with = Collect(parsed.RootElement, names, new Lazy<HashSet<string>>(() => Tables(connection, "main")));
        foreach (var node in Objects(parsed.RootElement))
        {
            if (Text(node, "class") == "PARAMETER")
            {
                throw new UsageException(
                    "The query has a parameter ($1, ?, $name), which has no value here. Write the value itself.");
            }

            CheckTable(node, with, names);
            CheckFunction(node);
        }
    }

    private static JsonDocument Parse(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT json_serialize_sql($sql::VARCHAR)";
        command.Parameters.Add(new DuckDBParameter("sql", sql));
        JsonDocument parsed;
        try
        {
            parsed = JsonDocument.Parse(
                (string)command.ExecuteScalar()!, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException)
        {
            throw new UsageException("The query is nested too deeply. Simplify it.");
        }

        var root = parsed.RootElement;
        var mistake = root.GetProperty("error").GetBoolean()
            ? root.GetProperty("error_type").GetString() == "not implemented"
                ? "Only one SELECT is allowed: also WITH, FROM, VALUES, DESCRIBE, SUMMARIZE and SHOW TABLES, "
                    + "but nothing that explains, changes, sets, attaches or exports."
                : $"The query cannot be read: {root.GetProperty("error_message").GetString()}"
            : root.GetProperty("statements").GetArrayLength() switch
            {
                0 => "There is no query. Enter a SELECT.",
                1 => null,
                var count => $"Only one statement is allowed, not {count.ToString(CultureInfo.InvariantCulture)}. "
                    + "Run each separately.",
            };
        if (mistake is not null)
        {
            parsed.Dispose();
            throw new UsageException(mistake);
        }

        return parsed;
    }

    /// <summary>
    /// Each * selects all columns of what it stands for, and each level of a query can repeat those of the level below:
    /// so many that producing them escapes every limit on memory and time.
    /// </summary>
    private static void CheckWidth(JsonElement root)
    {
        var stars = Stars(root);
        if (stars > MaxStars)
        {
            throw new UsageException(
                $"The query uses * or COLUMNS {stars.ToString("N0", CultureInfo.InvariantCulture)} times; "
                + $"at most {MaxStars.ToString(CultureInfo.InvariantCulture)} are allowed. "
                + "Name the columns, or split it into several queries.");
        }

        var widening = 1L;
        foreach (var node in
            Objects(root)
                .Where(node => node.TryGetProperty("select_list", out _) && node.TryGetProperty("from_table", out _)))
        {
            widening *= Math.Max(1, Stars(node.GetProperty("select_list")) * SourcesIn(node.GetProperty("from_table")));
            if (widening > MaxWidening)
            {
                throw new UsageException(
                    "The query selects all columns (*) of joined tables on too many levels. "
                    + "Name the columns that it needs.");
            }
        }
    }

    private static int Stars(JsonElement part) => Objects(part).Count(node => Text(node, "class") == "STAR");

    /// <summary>How many tables, views and subqueries are joined.</summary>
    private static int SourcesIn(JsonElement from)
    {
        var (count, open) = (0, new Stack<JsonElement>([from]));
        while (open.TryPop(out var node))
        {
            if (IsSource(node, out var type) && type == "JOIN")
            {
                open.Push(node.GetProperty("left"));
                open.Push(node.GetProperty("right"));
            }
            else
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>
    /// The names that WITH defines. None may hide a table that cannot be read, since a name applies to a part of the
    /// text only.
    /// </summary>
    private static HashSet<string> Collect(JsonElement root, Lazy<HashSet<string>> tables, Lazy<HashSet<string>> own)
    {
        var with = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in
            Objects(root)
                .Where(node => node.TryGetProperty("cte_map", out _))
                .SelectMany(node => node.GetProperty("cte_map").GetProperty("map").EnumerateArray()))
        {
            var name = entry.GetProperty("key").GetString()!;
            if (
                !PlainName().IsMatch(name)
                    || (InternalName().IsMatch(name) && !tables.Value.Contains(name))
                    || own.Value.Contains(name))
            {
                throw new UsageException(
                    "A name in WITH consists of letters, digits and underscores, and is not one of the engine's or "
                    + $"the service's own; '{Shown.Plain(name, 100)}' is not allowed. Choose another.");
            }

            with.Add(name);
        }

        return with;
    }

    private void CheckTable(JsonElement node, HashSet<string> with, Lazy<HashSet<string>> tables)
    {
        if (!IsSource(node, out var type))
        {
            return;
        }

        switch (type)
        {
            case "BASE_TABLE":
                var (schema, table) = (Text(node, "schema_name"), Text(node, "table_name"));
                var isKnown = Text(node, "catalog_name").Length > 0 ? false
                    : schema.Length == 0 ? with.Contains(table) || tables.Value.Contains(table)
                    : schema.Equals("information_schema", StringComparison.OrdinalIgnoreCase)
                        || datasets.Contains(schema, StringComparer.OrdinalIgnoreCase);
                if (!isKnown)
                {
                    throw new UsageException(
                        "There is no table or view "
                            + $"'{Shown.Plain(schema.Length == 0 ? table : $"{schema}.{table}", 200)}' in the data; "
                            + "files and the engine's own tables cannot be read. See SHOW TABLES.");
                }

                break;
            case "TABLE_FUNCTION":
                var function = node.GetProperty("function");
                var name = Text(function, "function_name");
                if (Text(function, "class") != "FUNCTION" || !QueryFunctions.Tables.Contains(name) || !IsOwn(function))
                {
                    throw new UsageException(
                        $"'{Shown.Plain(name, 200)}' cannot be used in FROM: "
                        + "a query reads the data's tables and views, not files, addresses or settings; "
                        + "besides them FROM takes only "
                        + $"{string.Join(", ", QueryFunctions.Tables.Order(StringComparer.Ordinal))}.");
                }

                break;
            case "SHOW_REF" when node.GetProperty("query").ValueKind == JsonValueKind.Null
                && !Lists.Contains(Text(node, "table_name")):
                throw new UsageException(
                    "SHOW takes TABLES, ALL TABLES and SCHEMAS; DESCRIBE takes a table, a view or a SELECT.");
            case { } other when !Sources.Contains(other):
                throw new UsageException($"A query cannot read from {Shown.Plain(other, 100)}.");
        }
    }

    private static void CheckFunction(JsonElement node)
    {
        if (!node.TryGetProperty("function_name", out var property) || property.GetString() is not { } name)
        {
            return;
        }

        if (QueryFunctions.Refused.Contains(name) || name.StartsWith("__", StringComparison.Ordinal))
        {
            throw new UsageException(
                $"The function '{name}' cannot be used in a query: it does more than read the data.");
        }

        if (QueryFunctions.Inflating.Contains(name) && !IsFormatOfBoundedWidth(node, name))
        {
            throw new UsageException(
                $"The function '{name}' can produce a value of any size, beyond every limit on memory. "
                + (QueryFunctions.Tables.Contains(name)
                    ? $"Leave it out, or put it into FROM: FROM {name}(…)."
                    : "Leave it out."));
        }
    }

    private static bool IsFormatOfBoundedWidth(JsonElement node, string name)
    {
        var width = name.ToUpperInvariant() switch { "PRINTF" => PrintfWidth(), "FORMAT" => FormatWidth(), _ => null };
        return width is not null && node.GetProperty("children") is { } arguments && arguments.GetArrayLength() > 0
            && Text(arguments[0], "class") == "CONSTANT"
            && !width.IsMatch(Text(arguments[0].GetProperty("value"), "value"));
    }

    private static bool IsOwn(JsonElement function) =>
        Text(function, "schema") is "" or "main" && Text(function, "catalog") is "" or "system";

    /// <summary>The tables and views of a schema.</summary>
    private static HashSet<string> Tables(DuckDBConnection connection, string schema)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database() AND "
                + "table_schema = $schema";
        command.Parameters.Add(new DuckDBParameter("schema", schema));
        using var reader = command.ExecuteReader();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    /// <summary>
    /// Every object of the parsed text; a function in FROM is left to its table's check, its arguments are not.
    /// </summary>
    private static IEnumerable<JsonElement> Objects(JsonElement root)
    {
        var open = new Stack<JsonElement>([root]);
        while (open.TryPop(out var node))
        {
            if (node.ValueKind == JsonValueKind.Object)
            {
                yield return node;
                var isInFrom = IsSource(node, out var type) && type == "TABLE_FUNCTION";
                foreach (var property in node.EnumerateObject())
                {
                    open.Push(
                        isInFrom
                            && property.NameEquals("function")
                            && property.Value.TryGetProperty("children", out var arguments)
                            ? arguments
                            : property.Value);
                }
            }
            else if (node.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in node.EnumerateArray())
                {
                    open.Push(item);
                }
            }
        }
    }

    // What can be used in FROM has a type and a sample, and is not an expression, which has a class.
    private static bool IsSource(JsonElement node, out string? type)
    {
        type = node.TryGetProperty("sample", out _)
            && !node.TryGetProperty("class", out _)
            && !node.TryGetProperty("modifiers", out _)
            && node.TryGetProperty("type", out var text) && text.ValueKind == JsonValueKind.String
                ? text.GetString()
                : null;
        return type is not null;
    }

    private static string Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    [GeneratedRegex(@"\A[\p{L}_][\p{L}\p{Mn}\p{Nd}_]*\z")]
    private static partial Regex PlainName();

    [GeneratedRegex("^(duckdb_|pragma_|sqlite_|pg_)", RegexOptions.IgnoreCase)]
    private static partial Regex InternalName();

    // A width or precision of more than four digits, or one that is an argument.
    [GeneratedRegex(@"%[^a-zA-Z%]*([0-9]{5}|\*)")]
    private static partial Regex PrintfWidth();

    [GeneratedRegex(@"\{[^}]*([0-9]{5}|\{)")]
    private static partial Regex FormatWidth();
}
