using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// Makes the JSON objects of columns such as <c>dimensions</c> and <c>details</c>: the same content is always the same
/// text.
/// </summary>
internal static class Details
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An object of the values that are not null, in the order given; null when there are none.</summary>
    /// <param name="values">Text, whole numbers, flags, elements, objects and arrays of such pairs.</param>
    public static JsonElement? Create(params IEnumerable<(string Name, object? Value)> values)
    {
        var present = values.Where(pair => pair.Value is not null).ToList();
        if (present.Count == 0)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in present)
            {
                writer.WritePropertyName(name);
                Write(writer, value!);
            }

            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case JsonElement element:
                element.WriteTo(writer);
                break;
            case IEnumerable<JsonElement> elements:
                writer.WriteStartArray();
                foreach (var element in elements)
                {
                    element.WriteTo(writer);
                }

                writer.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"{value.GetType()} has no place in details.", nameof(value));
        }
    }
}
