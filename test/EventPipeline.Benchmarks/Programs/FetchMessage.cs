using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EventPipeline.Benchmarks.Programs;

/// <summary>The message that asks for one week of one report of the account <c>bulk</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Report">What the service calls it.</param>
/// <param name="Mode">What to do with the rows.</param>
/// <param name="Vendor">Whose report it is.</param>
internal sealed record FetchMessage(
    string RunId, string Report, string Mode = "production", string Vendor = "anthropic")
{
    public const string Path = "events/fetch-requested";

    private static long _last;

    /// <summary>The attributes of a new message.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; } = NewAttributes();

    /// <summary>The attributes of a CloudEvent of this type, with an id of its own.</summary>
    public static IReadOnlyDictionary<string, string> NewAttributes() => new Dictionary<string, string>
    {
        ["ce-specversion"] = "1.0",
        ["ce-id"] = string.Create(CultureInfo.InvariantCulture, $"benchmark-{Interlocked.Increment(ref _last)}"),
        ["ce-source"] = "//benchmark",
        ["ce-type"] = "eventpipeline.fetch.requested.v1",
    };

    /// <summary>A run id that was not there before.</summary>
    public static string NewRun() =>
        string.Create(CultureInfo.InvariantCulture, $"benchmark-{Interlocked.Increment(ref _last)}");

    /// <summary>The body, JSON, padded to a size with a field that nobody reads.</summary>
    public byte[] ToBody(int bytes = 0)
    {
        var body = Body("");
        return body.Length >= bytes ? body : Body(new string('x', bytes - body.Length));
    }

    private byte[] Body(string padding) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(
        new
        {
            RunId,
            Mode,
            Vendor,
            Account = "bulk",
            Report,
            From = "2026-09-07",
            To = "2026-09-13",
            Padding = padding,
        },
        JsonSerializerOptions.Web));
}
