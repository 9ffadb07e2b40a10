using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.DeadLetters;

/// <summary>
/// What is stored of pushes that nobody should send, and of their replays, letter by letter: the most that was
/// understood of each, under an id that stays.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class OddPushTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public async Task Each_is_stored_as_it_always_was()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "DeadLetters", "answers", "odd_pushes.json");
        var expected = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        await using var host = await ServiceHost.StartAsync();
        var began = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        var known = new HashSet<string>();
        var stored = new JsonObject();
        foreach (var (name, path, body, headers) in OddPushes.All)
        {
            using (var answer = await host.PostAsync(path, body, headers))
            {
                answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, name);
            }

            await host.IdleAsync();
            stored[name] = await LettersAsync(host, began, letter => known.Add(letter));
        }

        // Replayed, nothing at all would ask for the daily run.
        foreach (var id in known.Except([IdOf(stored["nothing"]![0]!)]))
        {
            using var _ = await host.PostAsync($"dead-letters/{id}/replay?force=true", "");
            await host.IdleAsync();
        }

        var replayed = await LettersAsync(host, began, _ => true);
        stored["after a replay of each"] = new JsonArray([.. replayed.Select(letter => AsReplayed(letter!, began))]);

        foreach (var (name, letters) in stored)
        {
            Text(letters).ShouldBe(Text(expected[name]), name);
        }

        stored.Count.ShouldBe(expected.AsObject().Count);
    }

    private static async Task<JsonArray> LettersAsync(
        ServiceHost host, DateTimeOffset began, Func<string, bool> isWanted)
    {
        var ids = (await host.GetAsync("dead-letters?limit=1000")).EnumerateArray()
            .Select(letter => letter.GetProperty("id").GetString()!)
            .Where(isWanted)
            .Order(StringComparer.Ordinal)
            .ToList();
        var letters = new JsonArray();
        foreach (var id in ids)
        {
            letters.Add(Stable(await host.GetAsync($"dead-letters/{id}"), began));
        }

        return letters;
    }

    /// <summary>
    /// The letter without what differs from one run of the tests to the next; of what is long its length.
    /// </summary>
    private static JsonObject Stable(JsonElement letter, DateTimeOffset began)
    {
        var stable = JsonObject.Create(letter)!;
        string[] isNotAlwaysStored =
            ["runId", "mode", "vendor", "account", "report", "from", "to", "windows", "lastError"];
        foreach (var name in (string[])["firstSeen", "lastSeen", "replayCommand", .. isNotAlwaysStored])
        {
            stable.Remove(name);
        }

        var time = letter.GetProperty("eventTime");
        if (time.ValueKind == JsonValueKind.String && time.GetDateTimeOffset() > began)
        {
            stable["eventTime"] = "when it arrived";
        }

        if (letter.GetProperty("payload").GetString() is { Length: > 1000 } payload)
        {
            stable["payload"] = $"{payload.Length} characters";
        }

        return stable;
    }

    private static string IdOf(JsonNode letter) => letter["id"]!.GetValue<string>();

    private static JsonObject AsReplayed(JsonNode letter, DateTimeOffset began)
    {
        var attributes = letter["attributes"]!.DeepClone().AsObject();
        attributes.Remove("traceparent");
        if (attributes["ce-time"]?.GetValue<DateTimeOffset>() > began)
        {
            attributes["ce-time"] = "when it arrived";
        }

        return new JsonObject
        {
            ["id"] = letter["id"]!.DeepClone(),
            ["state"] = letter["state"]!.DeepClone(),
            ["replays"] = letter["replays"]!.DeepClone(),
            ["reason"] = letter["reason"]!.DeepClone(),
            ["eventTime"] = letter["eventTime"]?.DeepClone(),
            ["attributes"] = attributes,
        };
    }

    private static string? Text(JsonNode? node) => node?.ToJsonString(Indented);
}
