using System.Runtime.CompilerServices;
using System.Text.Json;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>
/// One page: its items, whether there is more, and a cursor, in any order. Members before and after the items are read
/// on the way.
/// </summary>
/// <param name="body">The body, not begun.</param>
/// <param name="conversation">The conversation it came in.</param>
/// <param name="shape">The names of the members.</param>
internal sealed class Envelope(JsonBody body, Conversation conversation, PageShape shape)
{
    private readonly Dictionary<string, JsonElement> _counts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Stack<string> _within = new();
    private JsonElement? _error;
    private bool? _hasMore;
    private bool _begun;

    /// <summary>
    /// Whether the vendor says that there is more, by a cursor where it has no flag; known when the page has ended.
    /// </summary>
    public bool HasMore => shape.HasMore is null ? !string.IsNullOrEmpty(Cursor) : _hasMore == true;

    /// <summary>The vendor's cursor; null where it gave none.</summary>
    public string? Cursor { get; private set; }

    /// <summary>
    /// What the vendor says about the page's position among the others, known when the page has ended.
    /// </summary>
    public Fields Counts(string place) =>
        new(JsonValues.Parse(JsonSerializer.SerializeToUtf8Bytes(_counts), conversation, "", place).First);

    /// <summary>
    /// Reads on until the array of items begins. Call it again when the array has ended; false says that the page has
    /// ended and kept the contract.
    /// </summary>
    public async ValueTask<bool> ReadToItemsAsync(CancellationToken cancellationToken)
    {
        if (!_begun)
        {
            _begun = true;
            var isArray = await body.BeginAsync(cancellationToken);
            await body.NextAsync(cancellationToken);
            if (isArray || shape.Items.Length == 0)
            {
                _seen.Add("");
                return isArray && shape.Items.Length == 0
                    ? true
                    : throw conversation.Broken($"the answer is {(isArray ? "" : "not ")}an array.");
            }
        }

        while (shape.Items.Length > 0 && await ReadNameAsync(cancellationToken) is { } name)
        {
            if (!_seen.Add(name))
            {
                throw conversation.Broken($"'{conversation.Quote(name)}' occurs twice in one page.");
            }

            if (name == shape.Items)
            {
                return await body.NextAsync(cancellationToken) == JsonTokenType.StartArray
                    ? true
                    : throw conversation.Broken($"'{shape.Items}' is not an array.");
            }

            if (shape.IsOnTheWay(name))
            {
                await EnterAsync(name, cancellationToken);
            }
            else
            {
                await ReadFieldAsync(name, cancellationToken);
            }
        }

        await body.FinishAsync(cancellationToken);
        Check();
        return false;
    }

    /// <summary>Reads the objects of the page, to its end. Each is valid until the next one is read.</summary>
    /// <param name="place">Where they are, for people.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async IAsyncEnumerable<Fields> ReadItemsAsync(
        string place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var items = new JsonValues(conversation, $"{shape.Items}[]", place);
        while (await ReadToItemsAsync(cancellationToken))
        {
            while (await body.TakeAsync(items, cancellationToken))
            {
                yield return items.Object;
                items.Clear();
            }
        }
    }

    /// <summary>The next member, by its way from the page; null where the page ends.</summary>
    private async ValueTask<string?> ReadNameAsync(CancellationToken cancellationToken)
    {
        while (await body.NextAsync(cancellationToken) != JsonTokenType.PropertyName)
        {
            if (!_within.TryPop(out _))
            {
                return null;
            }
        }

        return _within.TryPeek(out var outer) ? $"{outer}.{body.Name}" : body.Name;
    }

    /// <summary>Goes into an object. Where it is null, nothing is in it.</summary>
    private async ValueTask EnterAsync(string name, CancellationToken cancellationToken)
    {
        switch (await body.NextAsync(cancellationToken))
        {
            case JsonTokenType.StartObject:
                _within.Push(name);
                break;
            case JsonTokenType.Null:
                break;
            default:
                throw conversation.Broken($"'{name}' is not an object.");
        }
    }

    private async ValueTask ReadFieldAsync(string name, CancellationToken cancellationToken)
    {
        if (name == shape.HasMore)
        {
            _hasMore = await body.NextAsync(cancellationToken) switch
            {
                JsonTokenType.True => true,
                JsonTokenType.False => false,
                _ => throw conversation.Broken($"'{shape.HasMore}' is neither true nor false."),
            };
        }
        else if (name == shape.Cursor)
        {
            var value = await body.TakeElementAsync(cancellationToken);
            Cursor = value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => CursorText(value),
                JsonValueKind.Number when shape.HasNumericCursor => value.GetRawText(),
                _ => throw conversation.Broken($"'{shape.Cursor}' is not text."),
            };
        }
        else if (name == "error")
        {
            _error = await body.TakeElementAsync(cancellationToken);
        }
        else if (shape.Counts.Contains(name) || shape.OptionalCounts.Contains(name))
        {
            _counts[name] = await body.TakeElementAsync(cancellationToken);
        }
        else
        {
            if (!shape.Ignored.Contains(name))
            {
                conversation.Note(name);
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
            throw conversation.Broken($"'{shape.Cursor}' is not text.", exception);
        }
    }

    private void Check()
    {
        if (_error is { ValueKind: not JsonValueKind.Null } error)
        {
            // Documented with a status; whatever changed that, there is no data, or not all of it.
            throw body.Refusal(error);
        }

        if (!_seen.Contains(shape.Items))
        {
            throw conversation.Broken($"'{shape.Items}' is missing: without data it has to be an empty array.");
        }

        if (shape.HasMore is not null && _hasMore is null)
        {
            throw conversation.Broken($"'{shape.HasMore}' is missing.");
        }

        if (shape.Counts.FirstOrDefault(name => !_counts.ContainsKey(name)) is { } missing)
        {
            throw conversation.Broken($"'{missing}' is missing.");
        }
    }
}
