using System.Buffers.Text;
using System.Text.Json;

namespace EventPipeline.Benchmarks.Rows.Baselines;

/// <summary>A row of the cost report.</summary>
internal ref struct PassingCost : IPassingRow<PassingCost>
{
    private decimal _cents;
    private ReadOnlySpan<byte> _workspace;
    private ReadOnlySpan<byte> _description;
    private ReadOnlySpan<byte> _costType;
    private ReadOnlySpan<byte> _model;
    private ReadOnlySpan<byte> _tier;
    private ReadOnlySpan<byte> _tokenType;
    private ReadOnlySpan<byte> _context;
    private ReadOnlySpan<byte> _geo;

    public static bool TryRead(ref Utf8JsonReader reader, ref PassingCost row)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                return true;
            }

            var name = reader.ValueSpan;
            if (!reader.Read())
            {
                return false;
            }

            row.Take(name, reader.ValueSpan);
        }

        return false;
    }

    public readonly void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> day)
    {
        var key = new KeyText(stackalloc byte[KeyText.Bytes]);
        key.Add(day);
        key.Add(_workspace);
        key.Add(_description);
        key.Add(_costType);
        key.Add(_model);
        key.Add(_tier);
        key.Add(_tokenType);
        key.Add(_context);
        key.Add(_geo);
        Span<byte> text = stackalloc byte[32];
        key.Write(text);
        writer.WriteString("row_key"u8, text);
        writer.WriteString("usage_date"u8, day);
        writer.WriteString("workspace_id"u8, _workspace);
        writer.WriteString("line_item"u8, _description);
        writer.WriteString("cost_type"u8, _costType);
        writer.WriteString("model"u8, _model);
        writer.WriteString("service_tier"u8, _tier);
        writer.WriteString("token_type"u8, _tokenType);
        writer.WriteString("context_window"u8, _context);
        writer.WriteString("region"u8, _geo);
        writer.WriteNumber("amount_usd"u8, _cents / 100);
    }

    private void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("amount"u8))
        {
            _cents = Utf8Parser.TryParse(value, out decimal cents, out _)
                ? cents
                : throw new FormatException("An amount is no decimal.");
            return;
        }

        _ = name switch
        {
            _ when name.SequenceEqual("workspace_id"u8) => _workspace = value,
            _ when name.SequenceEqual("description"u8) => _description = value,
            _ when name.SequenceEqual("cost_type"u8) => _costType = value,
            _ when name.SequenceEqual("model"u8) => _model = value,
            _ when name.SequenceEqual("service_tier"u8) => _tier = value,
            _ when name.SequenceEqual("token_type"u8) => _tokenType = value,
            _ when name.SequenceEqual("context_window"u8) => _context = value,
            _ when name.SequenceEqual("inference_geo"u8) => _geo = value,
            _ => value,
        };
    }
}
