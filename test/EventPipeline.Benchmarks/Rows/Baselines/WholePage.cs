using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EventPipeline.Benchmarks.Rows.Baselines;

/// <summary>
/// Baseline (b): what most would write first. The serializer reads the whole page into records, each gets a key by
/// SHA-256 and becomes a line of a file. Nothing is checked, proved, compressed or kept.
/// </summary>
internal static class WholePage
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Reads a page of the messages report and writes its rows.</summary>
    public static long CopyMessages(byte[] page, string file) => Copy<Message>(
        page,
        file,
        (day, row) => new
        {
            row_key = Key(
                day,
                row.AccountId,
                row.ServiceAccountId,
                row.ApiKeyId,
                row.WorkspaceId,
                row.Model,
                row.ServiceTier,
                row.ContextWindow,
                row.InferenceGeo,
                row.Speed),
            usage_date = day[..10],
            row,
        });

    /// <summary>Reads a page of the cost report and writes its rows.</summary>
    public static long CopyCosts(byte[] page, string file) => Copy<Cost>(
        page,
        file,
        (day, row) => new
        {
            row_key = Key(
                day,
                row.WorkspaceId,
                row.Description,
                row.CostType,
                row.Model,
                row.ServiceTier,
                row.TokenType,
                row.ContextWindow,
                row.InferenceGeo),
            usage_date = day[..10],
            amount_usd = decimal.Parse(row.Amount, CultureInfo.InvariantCulture) / 100,
            row,
        });

    private static long Copy<TRow>(byte[] page, string file, Func<string, TRow, object> line)
    {
        var read = JsonSerializer.Deserialize<Page<TRow>>(page, Json)!;
        using var output = File.Create(file);
        var rows = 0L;
        foreach (var bucket in read.Data)
        {
            foreach (var row in bucket.Results)
            {
                JsonSerializer.Serialize(output, line(bucket.StartingAt, row), Json);
                output.WriteByte((byte)'\n');
                rows++;
            }
        }

        return rows;
    }

    private static string Key(params string?[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', parts))));

    private sealed record Page<TRow>(IReadOnlyList<Bucket<TRow>> Data);

    private sealed record Bucket<TRow>(string StartingAt, string EndingAt, IReadOnlyList<TRow> Results);

    private sealed record Message(
        long UncachedInputTokens,
        CacheCreation CacheCreation,
        long CacheReadInputTokens,
        long OutputTokens,
        ServerToolUse ServerToolUse,
        string? AccountId,
        string? ServiceAccountId,
        string? ApiKeyId,
        string? WorkspaceId,
        string? Model,
        string? ServiceTier,
        string? ContextWindow,
        string? InferenceGeo,
        string? Speed);

    private sealed record CacheCreation(
        [property: System.Text.Json.Serialization.JsonPropertyName("ephemeral_1h_input_tokens")] long OneHour,
        [property: System.Text.Json.Serialization.JsonPropertyName("ephemeral_5m_input_tokens")] long FiveMinutes);

    private sealed record ServerToolUse(long WebSearchRequests);

    private sealed record Cost(
        string Currency,
        string Amount,
        string? WorkspaceId,
        string? Description,
        string? CostType,
        string? Model,
        string? ServiceTier,
        string? TokenType,
        string? ContextWindow,
        string? InferenceGeo);
}
