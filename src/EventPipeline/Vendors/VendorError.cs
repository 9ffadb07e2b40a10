using System.Text;
using System.Text.Json;

namespace EventPipeline.Vendors;

/// <summary>What a vendor says about a refusal. Anthropic and OpenAI both write <c>{"error": {"type", "message", …}}</c>.</summary>
internal sealed record VendorError(string? Message, string? Type, string? Code, string? RequestId)
{
    private const int MostBytes = 16 * 1024;

    /// <summary>The parameter it is about, where the vendor names it.</summary>
    public string? Parameter { get; init; }

    /// <summary>OpenAI: the days are older than it serves.</summary>
    public bool IsLookbackExceeded => Code == "reporting_lookback_exceeded";

    /// <summary>Reads the beginning of the body, whatever it is; a body that cannot be read says nothing.</summary>
    public static async Task<VendorError> ReadAsync(
        HttpResponseMessage response, Reading reading, TimeProvider time, TimeSpan stallTimeout, CancellationToken cancellationToken)
    {
        var requestId = Header(response, "request-id") ?? Header(response, "x-request-id");
        var body = await ReadBeginningAsync(response, time, stallTimeout, cancellationToken);
        try
        {
            var root = JsonElement.Parse(body);
            if (root.ValueKind == JsonValueKind.Object)
            {
                var error = root.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : root;
                return new VendorError(
                    Quote(error, "message", reading), Quote(error, "type", reading), Quote(error, "code", reading),
                    requestId is null ? Quote(root, "request_id", reading) : reading.Quote(requestId))
                {
                    Parameter = Quote(error, "param", reading),
                };
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not the vendor's own error: a proxy's page, or one cut off. Its beginning says most.
        }

        var text = reading.Quote(Encoding.UTF8.GetString(body));
        return new VendorError(text.Length == 0 ? null : text, null, null, requestId is null ? null : reading.Quote(requestId));
    }

    /// <summary>One sentence.</summary>
    public override string ToString()
    {
        var details = string.Join(", ", new[] { Type, Code, RequestId is null ? null : $"request {RequestId}" }.Where(detail => detail is not null));
        var message = Message ?? "no message";
        return $"{message.TrimEnd('.')}{(details.Length == 0 ? "" : $" ({details})")}.";
    }

    private static string? Quote(JsonElement error, string name, Reading reading) =>
        error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? reading.Quote(value.GetString()!) : null;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static async Task<byte[]> ReadBeginningAsync(
        HttpResponseMessage response, TimeProvider time, TimeSpan stallTimeout, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostBytes];
        var length = 0;
        using var stalled = new CancellationTokenSource(stallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellationToken);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(either.Token);
            length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, either.Token);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or InvalidDataException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The status alone has to do.
        }

        return buffer[..length];
    }
}
