using System.Text;
using System.Text.Json;
using CsCheck;
using EventPipeline.Vendors.Anthropic;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Tests.Vendors;

/// <summary>Values that are read where they stand say what <see cref="JsonElement"/> says.</summary>
public sealed class JsonValuesTests
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private static readonly string[] Names =
        ["a", "b", "ab", "é", "😀", "", "x\\\"y", "\\u0061", "\\u00e9", new string('n', 200)];

    private static readonly string[] Leaves =
    [
        "null", "true", "false", "0", "-0", "12", "1.50", "-1e3", "9223372036854775807", "\"\"", "\"text\"",
        "\"é😀\"", "\"a\\\"b\\\\c\\n\\u0001\"", "\"\\u00e9\\ud83d\\ude00\"", "{}", "[]",
    ];

    private static readonly Gen<string> Leaf = Gen.Int[0, Leaves.Length - 1].Select(i => Leaves[i]);

    private static readonly Gen<string> Value = Gen.Recursive<string>((depth, inner) => depth > 3
        ? Leaf
        : Gen.OneOf(Leaf, inner.Array[0, 3].Select(items => $"[{string.Join(" , ", items)}]"), Object(inner)));

    [Fact]
    public void Every_value_says_what_an_element_says() =>
        Object(Value).List[1, 6].Sample(
            objects =>
            {
                var isRefused = objects.Exists(json => !IsStrict(json));
                using var values = Values();
                try
                {
                    objects.ForEach(json => Add(values, json));
                }
                catch (JsonException)
                {
                    isRefused.ShouldBeTrue("No name occurs twice.");
                    return;
                }

                isRefused.ShouldBeFalse("A name occurs twice.");
                foreach (var (row, json) in ValuesOf(values).Zip(objects))
                {
                    ShouldSay(row, JsonElement.Parse(json));
                }
            },
            iter: 5_000);

    [Fact]
    public void A_name_that_occurs_in_several_objects_occurs_once_in_each()
    {
        using var values = Values();
        Add(values, """{"a":{"a":{"a":1},"b":[{"a":1},{"a":2}]},"b":{"a":1}}""");

        string[] twice = ["""{"a":1,"b":2,"a":3}""", """{"b":{"a":1,"c":{},"a":2}}""", """{"\u0061":1,"a":2}"""];
        foreach (var json in twice)
        {
            Should.Throw<JsonException>(() => Add(values, json)).Message.ShouldContain("'a' occurs twice");
        }
    }

    [Fact]
    public void A_value_whose_end_has_not_come_leaves_no_trace()
    {
        using var values = Values();
        Add(values, """{"a":1}""");
        var json = """{"b":[1,2,{"c":"text"}]}"""u8.ToArray();
        for (var length = 1; length < json.Length; length++)
        {
            var reader = new Utf8JsonReader(json.AsSpan(0, length), isFinalBlock: false, default);
            if (reader.Read())
            {
                values.TryAdd(ref reader, json.AsSpan(0, length)).ShouldBeFalse();
            }
        }

        Add(values, """{"d":2}""");
        ValuesOf(values).Select(value => value.GetRawText()).ShouldBe(["""{"a":1}""", """{"d":2}"""]);
    }

    [Fact]
    public void Any_number_of_names_is_forgotten_between_rows()
    {
        using var values = Values();
        for (var i = 0; i < 20_000; i++)
        {
            values.Clear();
            Add(values, $$"""{"name{{i}}":"{{i}}","same":"x"}""");
            values.Object.RequiredText($"name{i}").ShouldBe($"{i}");
            values.Object.RequiredText("same").ShouldBe("x");
        }

        values.Names.Count.ShouldBeLessThan(10_000);
    }

    [Fact]
    public void What_unknown_members_say_is_hashed_the_same_in_every_version()
    {
        using var values = Values();
        Add(
            values,
            """
            {"model":"m","tokens":"12.50","unit":"é","new":{"text":"a\"b","flag":true,"list":[1e3,null,{}]},"extra":5}
            """);
        var shape = new Shape { Dimensions = ["model"], Metrics = ["tokens"], Traits = ["unit"] };

        var words = values.Object.Words(shape, ["model"]);

        string[] stored = [$"{words.Texts:x32}", $"{words.Others:x32}", $"{words.Values:x32}"];
        stored.ShouldBe(
        [
            "f56fb097e2348459e0e781244f9109d6",
            "f201e82dc63105e55bb840cdf309fa97",
            "8b89fb8cd0a30f7175ab416004d688ff",
        ]);
        words.HasUnknown.ShouldBeTrue();
    }

    private static Gen<string> Object(Gen<string> value) =>
        Gen.Select(Gen.Int[0, Names.Length - 1].Select(i => Names[i]), value).Array[0, 5].Select(members =>
            $"{{{string.Join(",", members.Select(member => $" \"{member.Item1}\" : {member.Item2}"))}}}");

    private static void ShouldSay(JsonValue value, JsonElement element)
    {
        value.Kind.ShouldBe(element.ValueKind);
        value.GetRawText().ShouldBe(element.GetRawText());
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                value.GetString().ShouldBe(element.GetString());
                break;
            case JsonValueKind.Number:
                value.TryGetInt64(out var whole).ShouldBe(element.TryGetInt64(out var expected));
                whole.ShouldBe(expected);
                break;
            case JsonValueKind.Array:
                var items = ChildrenOf(value);
                items.Count.ShouldBe(element.GetArrayLength());
                items.Zip(element.EnumerateArray()).ToList().ForEach(pair => ShouldSay(pair.First, pair.Second));
                break;
            case JsonValueKind.Object:
                ChildrenOf(value).Select(child => child.Name).ShouldBe(
                    element.EnumerateObject().Select(member => member.Name));
                foreach (var member in element.EnumerateObject().Reverse())
                {
                    ShouldSay(value.Member(member.Name).ShouldNotBeNull(), member.Value);
                }

                value.Member("absent").ShouldBeNull();
                break;
        }
    }

    private static bool IsStrict(string json)
    {
        try
        {
            JsonElement.Parse(json, Strict);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static List<JsonValue> ChildrenOf(JsonValue value)
    {
        var children = new List<JsonValue>();
        foreach (var child in value.Children)
        {
            children.Add(child);
        }

        return children;
    }

    private static List<JsonValue> ValuesOf(JsonValues values)
    {
        var all = new List<JsonValue>();
        for (var node = 0; all.Sum(value => value.Raw.Length) < values.Length; node = values[node].End)
        {
            all.Add(new JsonValue(values, node));
        }

        return all;
    }

    private static void Add(JsonValues values, string json)
    {
        var text = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(text);
        reader.Read();
        values.TryAdd(ref reader, text).ShouldBeTrue();
    }

    private static JsonValues Values()
    {
        var account = new Account("anthropic", "acme", new Uri("https://vendor.test/"), "env:KEY");
        return new JsonValues(
            new Conversation(account, "acme", AnthropicConnector.Protocol, VendorBench.Now), "data[]", "the rows");
    }
}
