using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.FanOut;

/// <summary>
/// Reads and writes what the fan-out asks for. Machines write it, so unknown fields are ignored, but the known ones are checked: a
/// revision that writes nonsense is noticed.
/// </summary>
internal static partial class FetchRequestedReader
{
    private const string What = "The fetch request";
    private const string Hint = "The fan-out writes these; publish a run request instead.";
    private const int MostDays = 366;

    private static readonly string[] RequiredTexts = ["runId", "mode", "vendor", "account", "report"];

    /// <summary>Reads a body.</summary>
    /// <exception cref="RejectedEventException">A field is missing or invalid.</exception>
    public static FetchRequested Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            throw new RejectedEventException($"{What} is empty.", Hint);
        }

        var root = StrictJson.Parse(body, What);
        var members = StrictJson.Members(root, What, """{"runId": "…", "mode": "production", "vendor": "anthropic", …}""");
        foreach (var name in RequiredTexts)
        {
            if (StrictJson.Text(Required(members, name), name, "…").Length == 0)
            {
                throw new RejectedEventException($"{What}'s {name} is empty.", Hint);
            }
        }

        _ = Required(members, "from");
        _ = Required(members, "to");
        var message = Deserialize(root);
        if (!RunModeNames.TryParse(message.Mode, out _))
        {
            throw new RejectedEventException(
                $"{What}'s mode is {Shown.Quoted(message.Mode)}.", $"The nearest mode is '{Nearest.To(message.Mode, RunModeNames.All)}'.");
        }

        if (message.To < message.From || message.Window.Days > MostDays)
        {
            throw new RejectedEventException(
                $"{What}'s window goes from {message.From:yyyy-MM-dd} to {message.To:yyyy-MM-dd}; it must be 1 to {MostDays} days, in order.", Hint);
        }

        return message;
    }

    /// <summary>The body that asks for it.</summary>
    public static byte[] Write(FetchRequested message) => JsonSerializer.SerializeToUtf8Bytes(message, FetchJson.Default.FetchRequested);

    private static FetchRequested Deserialize(JsonElement root)
    {
        try
        {
            return root.Deserialize(FetchJson.Default.FetchRequested)!;
        }
        catch (JsonException ex)
        {
            var field = ex.Path?.TrimStart('$', '.') is { Length: > 0 } path ? path : "content";
            throw new RejectedEventException($"{What}'s {Shown.Plain(field, 100)} is not valid.", Hint, innerException: ex);
        }
    }

    private static JsonElement Required(IReadOnlyDictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : throw new RejectedEventException($"{What} has no {name}.", Hint);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(FetchRequested))]
    private sealed partial class FetchJson : JsonSerializerContext;
}
