using System.Text.Json;

namespace EventPipeline.Benchmarks.Rows.Baselines;

/// <summary>A row of the messages report.</summary>
internal ref struct PassingMessage : IPassingRow<PassingMessage>
{
    private long _uncachedInput;
    private long _cacheRead;
    private long _cacheWrite1h;
    private long _cacheWrite5m;
    private long _output;
    private long _webSearches;
    private ReadOnlySpan<byte> _account;
    private ReadOnlySpan<byte> _serviceAccount;
    private ReadOnlySpan<byte> _apiKey;
    private ReadOnlySpan<byte> _workspace;
    private ReadOnlySpan<byte> _model;
    private ReadOnlySpan<byte> _tier;
    private ReadOnlySpan<byte> _context;
    private ReadOnlySpan<byte> _geo;
    private ReadOnlySpan<byte> _speed;

    public static bool TryRead(ref Utf8JsonReader reader, ref PassingMessage row)
    {
        var depth = reader.CurrentDepth;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth)
            {
                return true;
            }

            if (reader.TokenType == JsonTokenType.PropertyName && !row.TryTake(ref reader))
            {
                return false;
            }
        }

        return false;
    }

    public readonly void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> day)
    {
        var key = new KeyText(stackalloc byte[KeyText.Bytes]);
        key.Add(day);
        key.Add(_account);
        key.Add(_serviceAccount);
        key.Add(_apiKey);
        key.Add(_workspace);
        key.Add(_model);
        key.Add(_tier);
        key.Add(_context);
        key.Add(_geo);
        key.Add(_speed);
        Span<byte> text = stackalloc byte[32];
        key.Write(text);
        writer.WriteString("row_key"u8, text);
        writer.WriteString("usage_date"u8, day);
        writer.WriteString("account_id"u8, _account);
        writer.WriteString("service_account_id"u8, _serviceAccount);
        writer.WriteString("api_key_id"u8, _apiKey);
        writer.WriteString("workspace_id"u8, _workspace);
        writer.WriteString("model"u8, _model);
        writer.WriteString("service_tier"u8, _tier);
        writer.WriteString("context_window"u8, _context);
        writer.WriteString("region"u8, _geo);
        writer.WriteString("speed"u8, _speed);
        writer.WriteNumber("input_uncached_tokens"u8, _uncachedInput);
        writer.WriteNumber("cache_read_tokens"u8, _cacheRead);
        writer.WriteNumber("cache_write_5m_tokens"u8, _cacheWrite5m);
        writer.WriteNumber("cache_write_1h_tokens"u8, _cacheWrite1h);
        writer.WriteNumber("output_tokens"u8, _output);
        writer.WriteNumber("quantity"u8, _webSearches);
    }

    /// <summary>Takes a member whose name was read; false if its value is not in the buffer.</summary>
    private bool TryTake(ref Utf8JsonReader reader)
    {
        var name = reader.ValueSpan;
        if (!reader.Read())
        {
            return false;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                Take(name, reader.GetInt64());
                break;
            case JsonTokenType.String:
                Take(name, reader.ValueSpan);
                break;
        }

        return true;
    }

    private void Take(ReadOnlySpan<byte> name, long value)
    {
        _ = name switch
        {
            _ when name.SequenceEqual("uncached_input_tokens"u8) => _uncachedInput = value,
            _ when name.SequenceEqual("cache_read_input_tokens"u8) => _cacheRead = value,
            _ when name.SequenceEqual("ephemeral_1h_input_tokens"u8) => _cacheWrite1h = value,
            _ when name.SequenceEqual("ephemeral_5m_input_tokens"u8) => _cacheWrite5m = value,
            _ when name.SequenceEqual("output_tokens"u8) => _output = value,
            _ when name.SequenceEqual("web_search_requests"u8) => _webSearches = value,
            _ => value,
        };
    }

    private void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _ = name switch
        {
            _ when name.SequenceEqual("account_id"u8) => _account = value,
            _ when name.SequenceEqual("service_account_id"u8) => _serviceAccount = value,
            _ when name.SequenceEqual("api_key_id"u8) => _apiKey = value,
            _ when name.SequenceEqual("workspace_id"u8) => _workspace = value,
            _ when name.SequenceEqual("model"u8) => _model = value,
            _ when name.SequenceEqual("service_tier"u8) => _tier = value,
            _ when name.SequenceEqual("context_window"u8) => _context = value,
            _ when name.SequenceEqual("inference_geo"u8) => _geo = value,
            _ when name.SequenceEqual("speed"u8) => _speed = value,
            _ => value,
        };
    }
}
