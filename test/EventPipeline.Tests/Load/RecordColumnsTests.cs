using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventPipeline.Load;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Load;

/// <summary>
/// Rows are written by hand, for speed, and hashed as they are written: <see cref="JsonSerializer"/> says what they
/// have to look like, property by property and character by character.
/// </summary>
public sealed class RecordColumnsTests
{
    private static readonly JsonSerializerOptions Reference = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.WriteAsString,
        Converters = { new KeyAsText(), new TimeAsText() },
    };

    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static TheoryData<Type> Records =>
    [
        typeof(UsageRecord), typeof(UsageEventRecord), typeof(CostRecord), typeof(ActivityRecord), typeof(SeatRecord),
        typeof(EntityRecord),
    ];

    [Theory, MemberData(nameof(Records))]
    public void Every_column_is_written_as_the_serializer_writes_it(Type type)
    {
        var random = new Random(20261129);
        for (var i = 0; i < 2_000; i++)
        {
            var record = Fill(type, random);

            Line(record).ShouldBe(JsonSerializer.Serialize(record, type, Reference));
        }
    }

    [Fact]
    public void Every_character_is_escaped_as_the_serializer_escapes_it()
    {
        foreach (var number in Enumerable.Range(0, 0x10FFFF).Where(n => n < 0x800 || n % 251 == 0))
        {
            var text = number is >= 0xD800 and < 0xE000 ? $"a{(char)number}" : $"{char.ConvertFromUtf32(number)}b";
            var record = (CostRecord)Fill(typeof(CostRecord), new Random(1)) with
            {
                LineItem = text,
                Dimensions = JsonSerializer.SerializeToElement(new { text }, Relaxed),
            };

            Line(record).ShouldBe(JsonSerializer.Serialize(record, Reference));
        }
    }

    [Fact]
    public void A_page_comes_back_as_it_was()
    {
        var page = string.Concat(Enumerable.Range(0, 0x1000).Select(number => (char)number)) + "\"\\\n😀";
        foreach (var text in new[] { page, page.Where(c => c >= ' ').Aggregate("", (all, c) => all + c), "" })
        {
            using var line = new JsonLine();
            line.Restart(behind: 1);
            line.AddLong("payload"u8, Encoding.UTF8.GetBytes(text));
            line.End();
            line.Written.Span[0] = (byte)'{';

            JsonElement.Parse(line.Written.Span).GetProperty("payload").GetString().ShouldBe(text);
            line.Written.Span.Contains((byte)'\n').ShouldBeFalse();
        }
    }

    private static string Line(VendorRecord record)
    {
        using var lines = new RecordLine("0", 1);
        var line = Encoding.UTF8.GetString(lines.Write(record).Line.Span);
        const string head = """{"load_id":"0",""";
        line.ShouldStartWith(head);
        return $"{{{line[head.Length..]}";
    }

    private static VendorRecord Fill(Type type, Random random)
    {
        var record = (VendorRecord)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
        foreach (
            var property in type.GetProperties()
                .Where(one => one.CanWrite && one.GetCustomAttribute<JsonIgnoreAttribute>() is null))
        {
            var valueType = Nullable.GetUnderlyingType(property.PropertyType);
            var isNullable = property.PropertyType.IsValueType
                ? valueType is not null
                : new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
            if (!isNullable || random.Next(4) > 0)
            {
                property.SetValue(record, Value(valueType ?? property.PropertyType, random));
            }
        }

        return record;
    }

    private static object Value(Type type, Random random) => type.Name switch
    {
        nameof(String) => Text(random),
        nameof(Int64) => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
        nameof(Decimal) => new decimal(
            random.Next(),
            random.Next() >> random.Next(32),
            random.Next() >> random.Next(32),
            random.Next(2) == 0,
            (byte)random.Next(19)),
        nameof(Boolean) => random.Next(2) == 0,
        nameof(DateOnly) => DateOnly.FromDayNumber(random.Next(3_000_000)),
        nameof(DateTimeOffset) => new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero),
        nameof(RowKey) => RowKey.Create(Text(random)),
        nameof(JsonElement) => JsonSerializer.SerializeToElement(
            new { a = Text(random), b = random.Next(), c = new[] { 1.5, -2e30 }, d = (string?)null },
            random.Next(2) == 0 ? Indented : Relaxed),
        _ => throw new NotSupportedException($"No value of {type}."),
    };

    private static string Text(Random random) => string.Concat(
        Enumerable.Range(0, random.Next(random.Next(2) == 0 ? 12 : 90)).Select(_ => random.Next(20) switch
        {
            0 => "\"", 1 => "é", 2 => "+<>&'`\\", 3 => "\n\t\u0001", 4 => "😀", 5 => "\u2028", _ => "x",
        }));

    private sealed class KeyAsText : JsonConverter<RowKey>
    {
        public override RowKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, RowKey value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    private sealed class TimeAsText : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(
                value.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFzzz", System.Globalization.CultureInfo.InvariantCulture));
    }
}
