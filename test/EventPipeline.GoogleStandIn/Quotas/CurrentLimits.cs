using System.Text.Json;
using System.Text.Json.Nodes;

namespace EventPipeline.GoogleStandIn.Quotas;

/// <summary>The limits that count now: Google's, until a test sets others. They do not survive a restart.</summary>
internal sealed class CurrentLimits
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private readonly Lock gate = new();

    public Limits Values { get; private set; } = new();

    public JsonObject Show() => (JsonObject)JsonSerializer.SerializeToNode(Values, Web)!;

    /// <summary>Sets the limits that are named; the others stay.</summary>
    /// <exception cref="ArgumentException">A name is unknown, or a value is not a whole number from 0.</exception>
    public void Set(JsonObject sent)
    {
        lock (gate)
        {
            var all = Show();
            foreach (var (name, value) in sent)
            {
                if (!all.ContainsKey(name))
                {
                    throw new ArgumentException(
                        $"There is no limit '{name}'. There are: {string.Join(", ", all.Select(limit => limit.Key))}.");
                }

                all[name] = value is JsonValue number && number.TryGetValue<int>(out var most) && most >= 0
                    ? most
                    : throw new ArgumentException(
                        $"The limit '{name}' takes a whole number from 0, not {value?.ToJsonString() ?? "null"}.");
            }

            Values = all.Deserialize<Limits>(Web)!;
        }
    }
}
