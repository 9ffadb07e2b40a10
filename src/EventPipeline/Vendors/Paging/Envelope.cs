using System.Text.Json;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>
/// One page: <c>data</c>, <c>has_more</c> and a cursor, in any order. Fields before and after the data are read on the way.
/// </summary>
/// <param name="body">The body, not begun.</param>
/// <param name="reading">The conversation it came in.</param>
/// <param name="cursorName">The field that leads to the next page: <c>next_page</c>, or <c>last_id</c>.</param>
internal sealed class Envelope(JsonBody body, Reading reading, string cursorName)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private JsonElement? _error;
    private bool? _hasMore;
    private bool _begun;

    /// <summary>Whether the vendor says that there is more; known when the page has ended.</summary>
    public bool HasMore => _hasMore == true;

    /// <summary>The vendor's cursor; null where it gave none.</summary>
    public string? Cursor { get; private set; }

    /// <summary>
    /// Reads on until the array <c>data</c> begins. Call it again when the array has ended; false says that the page has ended and
    /// kept the contract.
    /// </summary>
    public async ValueTask<bool> ReadToDataAsync(CancellationToken cancellationToken)
    {
        if (!_begun)
        {
            _begun = true;
            await body.BeginAsync(cancellationToken);
            await body.NextAsync(cancellationToken);
        }

        while (await body.NextAsync(cancellationToken) == JsonTokenType.PropertyName)
        {
            var name = body.Name;
            if (!_seen.Add(name))
            {
                throw reading.Broken($"'{reading.Quote(name)}' comes twice in one page.");
            }

            if (name == "data")
            {
                return await body.NextAsync(cancellationToken) == JsonTokenType.StartArray
                    ? true
                    : throw reading.Broken("'data' is not an array.");
            }

            await ReadFieldAsync(name, cancellationToken);
        }

        await body.FinishAsync(cancellationToken);
        Check();
        return false;
    }

    private async ValueTask ReadFieldAsync(string name, CancellationToken cancellationToken)
    {
        if (name == "has_more")
        {
            _hasMore = await body.NextAsync(cancellationToken) switch
            {
                JsonTokenType.True => true,
                JsonTokenType.False => false,
                _ => throw reading.Broken("'has_more' is neither true nor false."),
            };
        }
        else if (name == cursorName)
        {
            var value = body.Parse(await body.NextValueAsync(cancellationToken) ?? []);
            Cursor = value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => CursorText(value),
                _ => throw reading.Broken($"'{cursorName}' is not text."),
            };
        }
        else if (name == "error")
        {
            _error = body.Parse(await body.NextValueAsync(cancellationToken) ?? []);
        }
        else
        {
            if (name is not ("object" or "first_id" or "last_id" or "next_page"))
            {
                reading.Note(name);
            }

            await body.SkipAsync(cancellationToken);
        }
    }

    private string CursorText(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw reading.Broken($"'{cursorName}' is not text.", exception);
        }
    }

    private void Check()
    {
        if (_error is { ValueKind: not JsonValueKind.Null } error)
        {
            // Documented with a status of its own; whatever changed that, there is no data, or not all of it.
            throw body.Refusal(error);
        }

        if (!_seen.Contains("data"))
        {
            throw reading.Broken("'data' is missing: no data is an empty array, never nothing.");
        }

        if (_hasMore is null)
        {
            throw reading.Broken("'has_more' is missing.");
        }
    }
}
