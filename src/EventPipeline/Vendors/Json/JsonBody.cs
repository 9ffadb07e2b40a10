using System.Text;
using System.Text.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// Reads one JSON body forward, token by token or value by value, through a sliding buffer: memory grows with the
/// largest single value, not with the body. What is read is kept on the way, as the vendor wrote it.
/// </summary>
/// <remarks>A body that ends early is transient; one that is malformed breaks the contract.</remarks>
internal sealed class JsonBody(
    Stream stream, Conversation conversation, BodyText text, TimeProvider time, TimeSpan stallTimeout)
{
    private const int MaxValueBytes = 4 * 1024 * 1024;

    private byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;
    private JsonReaderState _state = new(new JsonReaderOptions { AllowMultipleValues = true });

    /// <summary>Judges an error that came in place of data.</summary>
    public required Func<JsonElement, Exception> Refusal { get; init; }

    /// <summary>Judges a body that is a page for people.</summary>
    public required Func<string, Exception> Page { get; init; }

    /// <summary>Whether the answer calls itself a page.</summary>
    public required bool IsPage { get; init; }

    /// <summary>Whether it may begin with an array, or be several objects, one a line.</summary>
    public bool MayBeLines { get; init; }

    private enum Taken
    {
        Enough,
        UntilArrayEnded,
        UntilTextEnded,
    }

    /// <summary>The name of the property last read by <see cref="NextAsync"/>.</summary>
    public string Name { get; private set; } = "";

    private ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start.._end);

    /// <summary>
    /// Looks at the first character: anything but an object, or where the request allows it an array, is not an answer,
    /// however much of it came.
    /// </summary>
    /// <returns>Whether it is an array.</returns>
    public async ValueTask<bool> BeginAsync(CancellationToken cancellationToken)
    {
        const byte firstOfByteOrderMark = 0xEF;
        while (true)
        {
            _start += Unread.Length - Unread.TrimStart(" \t\r\n"u8).Length;
            if (Unread is [firstOfByteOrderMark, 0xBB, 0xBF, ..])
            {
                _start += 3;
            }
            else if (Unread is not ([] or [firstOfByteOrderMark] or [firstOfByteOrderMark, 0xBB]))
            {
                break;
            }
            else
            {
                await FillAsync(cancellationToken);
            }
        }

        var isArray = MayBeLines && Unread[0] == '[';
        if (Unread[0] != '{' && !isArray)
        {
            var beginning = Encoding.UTF8.GetString(Unread[..Math.Min(Unread.Length, 16 * 1024)]);
            throw IsPage || Unread[0] == '<'
                ? Page(beginning)
                : conversation.Broken(
                    $"the answer is not a JSON object; it begins with '{conversation.Quote(beginning)}'.");
        }

        return isArray;
    }

    /// <summary>Takes the next of several objects that follow each other, one a line.</summary>
    /// <returns>False where the body has ended.</returns>
    public async ValueTask<bool> TakeLineAsync(JsonValues into, CancellationToken cancellationToken)
    {
        do
        {
            _start += Unread.Length - Unread.TrimStart(" \t\r\n"u8).Length;
        }
        while (Unread.IsEmpty && await TryFillAsync(cancellationToken));

        return Unread switch
        {
            [] => false,
            [(byte)'{', ..] => await TakeAsync(into, cancellationToken),
            _ => throw conversation.Broken("a line of the answer is not a JSON object."),
        };
    }

    /// <summary>The next token, of any kind.</summary>
    public async ValueTask<JsonTokenType> NextAsync(CancellationToken cancellationToken)
    {
        JsonTokenType token;
        while ((token = Next()) == JsonTokenType.None)
        {
            await FillAsync(cancellationToken);
        }

        return token;
    }

    /// <summary>Takes the next value.</summary>
    /// <returns>False where the array ends instead.</returns>
    public ValueTask<bool> TakeAsync(JsonValues into, CancellationToken cancellationToken) =>
        TakeManyAsync(into, into.Length, cancellationToken);

    /// <summary>Takes values until there are more than so many bytes of them.</summary>
    /// <returns>False where the array ends instead.</returns>
    public async ValueTask<bool> TakeManyAsync(JsonValues into, int bytes, CancellationToken cancellationToken)
    {
        Taken taken;
        while ((taken = Take(into, bytes)) == Taken.UntilTextEnded)
        {
            await FillAsync(cancellationToken);
        }

        return taken != Taken.UntilArrayEnded;
    }

    /// <summary>The next value, as an element that stays.</summary>
    public async ValueTask<JsonElement> TakeElementAsync(CancellationToken cancellationToken)
    {
        using var values = new JsonValues(conversation, "", "");
        await TakeAsync(values, cancellationToken);
        return values.First.ToElement();
    }

    /// <summary>Reads past the next value, whatever its size.</summary>
    public async ValueTask SkipAsync(CancellationToken cancellationToken)
    {
        var depth = 0;
        do
        {
            depth += await NextAsync(cancellationToken) switch
            {
                JsonTokenType.StartObject or JsonTokenType.StartArray => 1,
                JsonTokenType.EndObject or JsonTokenType.EndArray => -1,
                _ => 0,
            };
        }
        while (depth > 0);
    }

    /// <summary>Reads to the end of the body, where only whitespace may follow.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        do
        {
            if (Unread.ContainsAnyExcept(" \t\r\n"u8))
            {
                throw conversation.Broken("the answer continues after its JSON object has ended.");
            }

            _start = _end = 0;
        }
        while (await TryFillAsync(cancellationToken));

        await text.FinishAsync(cancellationToken);
    }

    private JsonTokenType Next()
    {
        var reader = Reader();
        try
        {
            if (!reader.Read())
            {
                return JsonTokenType.None;
            }

            Name = reader.TokenType == JsonTokenType.PropertyName ? reader.GetString()! : Name;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Invalid(exception);
        }

        Consume(reader);
        return reader.TokenType;
    }

    private Taken Take(JsonValues into, int bytes)
    {
        var reader = Reader();
        var whole = reader;
        var taken = Taken.Enough;
        try
        {
            do
            {
                taken = Take(ref reader, into);
                reader = taken == Taken.UntilTextEnded ? whole : reader;
                whole = reader;
            }
            while (taken == Taken.Enough && into.Length <= bytes);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Invalid(exception);
        }

        Consume(reader);
        return taken;
    }

    private Taken Take(ref Utf8JsonReader reader, JsonValues into) =>
        !reader.Read() ? Taken.UntilTextEnded
        : reader.TokenType == JsonTokenType.EndArray ? Taken.UntilArrayEnded
        : into.TryAdd(ref reader, Unread) ? Taken.Enough
        : Taken.UntilTextEnded;

    private Utf8JsonReader Reader() => new(Unread, isFinalBlock: false, _state);

    private void Consume(in Utf8JsonReader reader)
    {
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    private RejectedEventException Invalid(Exception exception) =>
        conversation.Broken($"the answer is not valid JSON: {conversation.Quote(exception.Message)}", exception);

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (!await TryFillAsync(cancellationToken))
        {
            throw conversation.Transient("the answer was cut off: its JSON ends too early.");
        }
    }

    private async ValueTask<bool> TryFillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var count = await ReadStreamAsync(cancellationToken);
        await text.KeepAsync(_buffer.AsMemory(_end, count), cancellationToken);
        _end += count;
        return count > 0;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            Unread.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        if (_buffer.Length >= MaxValueBytes)
        {
            throw conversation.Broken("one value of the answer is longer than 4 MiB.");
        }

        Array.Resize(ref _buffer, _buffer.Length * 2);
    }

    private async ValueTask<int> ReadStreamAsync(CancellationToken cancellationToken)
    {
        var left = conversation.Deadline - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            throw conversation.Transient("the attempt ran out of time before the whole answer had arrived.");
        }

        using var stalled = new CancellationTokenSource(left < stallTimeout ? left : stallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellationToken);
        try
        {
            return await stream.ReadAsync(_buffer.AsMemory(_end), either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw conversation.Transient(
                FormattableString.Invariant(
                    $"the answer stalled: nothing arrived for {stallTimeout.TotalSeconds:0.###} s, ")
                + "or the attempt ran out of time.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or InvalidDataException)
        {
            throw conversation.Transient(
                $"the connection broke while the answer was arriving: {conversation.Quote(exception.Message)}",
                conversation.Safe(exception));
        }
    }
}
