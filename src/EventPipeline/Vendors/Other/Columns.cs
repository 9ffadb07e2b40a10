using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Other;

/// <summary>What a column takes.</summary>
internal enum ColumnKind
{
    /// <summary>A text, or a number or flag as a text; it distinguishes rows.</summary>
    Text,

    /// <summary>True or false; it distinguishes rows.</summary>
    Flag,

    /// <summary>A whole number that is not negative.</summary>
    Count,

    /// <summary>A decimal.</summary>
    Number,

    /// <summary>An amount, in dollars or cents.</summary>
    Money,
}

/// <summary>The columns of a table that a vendor's answers can fill, in the order of the row key.</summary>
/// <param name="Table">The table.</param>
/// <param name="Columns">Each column and what it takes.</param>
/// <param name="Required">Those without which a row says nothing.</param>
internal sealed record TableColumns(
    string Table, IReadOnlyDictionary<string, ColumnKind> Columns, IReadOnlyList<string> Required)
{
    private static readonly string[] Who =
        ["sub_account_id", "actor_type", "actor_id", "api_key_id", "model", "service_tier", "context_window", "region"];

    /// <summary>The tables, by the section of the settings that fills them.</summary>
    public static IReadOnlyDictionary<string, TableColumns> BySection { get; } =
        new Dictionary<string, TableColumns>(StringComparer.Ordinal)
        {
            ["Usage"] = Create(
                UsageRecord.TableName,
                [],
                (ColumnKind.Text, [.. Who, "product", "quantity_unit"]),
                (ColumnKind.Flag, ["is_batch"]),
                (
                    ColumnKind.Count,
                    [
                        "input_uncached_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_5m_tokens",
                        "cache_write_1h_tokens", "output_tokens", "reasoning_tokens", "requests",
                    ]),
                (ColumnKind.Number, ["quantity"])),
            ["Cost"] = Create(
                CostRecord.TableName,
                ["amount_usd", "currency"],
                (
                    ColumnKind.Text,
                    [.. Who, "line_item", "cost_type", "token_type", "sku", "currency", "quantity_unit"]),
                (ColumnKind.Flag, ["is_chargeable"]),
                (ColumnKind.Money, ["amount_usd", "list_usd", "discount_usd", "fee_usd"]),
                (ColumnKind.Number, ["quantity"])),
            ["Activity"] = Create(
                ActivityRecord.TableName,
                ["product", "actor_type", "actor_id"],
                (ColumnKind.Text, ["product", "actor_type", "actor_id"]),
                (
                    ColumnKind.Count,
                    [
                        "sessions", "interactions", "lines_suggested", "lines_added", "lines_removed", "accepted",
                        "rejected", "commits", "pull_requests",
                    ])),
        };

    private static TableColumns Create(
        string table, string[] required, params (ColumnKind Kind, string[] Names)[] columns) => new(
        table,
        columns.SelectMany(group => group.Names.Select(name => (name, group.Kind)))
            .ToDictionary(column => column.name, column => column.Kind, StringComparer.Ordinal),
        required);
}
