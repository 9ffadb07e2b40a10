using System.Text;
using System.Text.Json;

namespace EventPipeline.Vendors.Protocol;

/// <summary>
/// What a vendor says about a refusal: <c>{"error": {"type", "message", "code"}}</c>, or whatever else came.
/// </summary>
internal sealed record VendorError(string? Message, string? Type, string? Code, string? RequestId)
{
    private const int MaxBytes = 16 * 1024;

    /// <summary>The parameter it is about, where the vendor names it.</summary>
    public string? Parameter { get; init; }

    /// <summary>The days are older than the vendor serves.</summary>
    public bool IsTooOld { get; private init; }

    /// <summary>It is a page for people, from a proxy or a sign-in and not from the vendor.</summary>
    public bool IsPage { get; private init; }

    /// <summary>Whether an answer calls itself a page.</summary>
    public static bool IsPageType(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType is { } type
        && (
            type.Equals("text/html", StringComparison.OrdinalIgnoreCase)
                || type.Equals("application/xhtml+xml", StringComparison.OrdinalIgnoreCase));

    /// <summary>A page that came in place of an answer.</summary>
    public static VendorError FromPage(string beginning, string? requestId, Conversation conversation) =>
        new(
            $"an HTML page, probably a proxy's, which begins '{conversation.Quote(beginning)}'",
            null,
            null,
            requestId) { IsPage = true };

    /// <summary>An error object of the vendor's.</summary>
    public static VendorError FromJson(JsonElement error, string? requestId, Conversation conversation)
    {
        if (error.ValueKind != JsonValueKind.Object)
        {
            return new VendorError(conversation.Quote(error.GetRawText()), null, null, requestId);
        }

        var message = Quote(error, "message", conversation);
        var code = error.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number
            ? conversation.Quote(number.GetRawText())
            : Quote(error, "code", conversation);

        // Where it has no type, what documents it is the vendor's own mark.
        var type = Quote(error, "type", conversation) ?? Quote(error, "documentation_url", conversation);
        return new VendorError(message, type, code, requestId)
        {
            Parameter = Quote(error, "param", conversation),
            IsTooOld = IsTooOldIn(conversation.Protocol, code, message),
        };
    }

    /// <summary>Reads the beginning of the body, whatever it is; a body that cannot be read says nothing.</summary>
    public static async Task<VendorError> ReadAsync(
        HttpResponseMessage response,
        Conversation conversation,
        TimeProvider time,
        TimeSpan stallTimeout,
        CancellationToken cancellationToken)
    {
        var requestId = RequestIdOf(response, conversation);
        var body = await ReadBeginningAsync(response, time, stallTimeout, cancellationToken);
        try
        {
            var root = JsonElement.Parse(body);
            if (root.ValueKind == JsonValueKind.Object)
            {
                var error = root.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object
                    ? inner
                    : root;
                return FromJson(error, requestId ?? Quote(root, "request_id", conversation), conversation);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not the vendor's own error: a proxy's page, or one cut off. Its beginning says most.
        }

        var beginning = Encoding.UTF8.GetString(body).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (beginning.StartsWith('<') || (IsPageType(response) && beginning.Length > 0))
        {
            return FromPage(beginning, requestId, conversation);
        }

        var text = conversation.Quote(beginning);
        return new VendorError(text.Length == 0 ? null : text, null, null, requestId);
    }

    /// <summary>The request's id as the vendor gave it, safe to show.</summary>
    public static string? RequestIdOf(HttpResponseMessage response, Conversation conversation) =>
        conversation.Protocol.RequestIdHeaders.Select(name => Header(response, name))
            .FirstOrDefault(id => id is not null) is { } id
            ? conversation.Quote(id)
            : null;

    /// <summary>One sentence.</summary>
    public override string ToString()
    {
        var details = string.Join(
            ", ",
            new[] { Type, Code, RequestId is null ? null : $"request {RequestId}" }
                .Where(detail => detail is not null));
        var message = Message ?? "no message";
        return $"{message.TrimEnd('.')}{(details.Length == 0 ? "" : $" ({details})")}.";
    }

    private static bool IsTooOldIn(VendorProtocol protocol, string? code, string? message) =>
        (code is not null && code == protocol.TooOldCode)
        || (protocol.TooOldWords is { } words && message?.Contains(words, StringComparison.OrdinalIgnoreCase) == true);

    private static string? Quote(JsonElement error, string name, Conversation conversation)
    {
        if (!error.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return conversation.Quote(value.GetString()!);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: JSON allows it, text does not.
            return conversation.Quote(value.GetRawText());
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static async Task<byte[]> ReadBeginningAsync(
        HttpResponseMessage response, TimeProvider time, TimeSpan stallTimeout, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes];
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
