using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Storage;

namespace EventPipeline.GoogleStandIn.Secrets;

/// <summary>
/// https://docs.cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions: access, and what
/// fills it.
/// </summary>
internal sealed class SecretEndpoints(Settings settings, TimeProvider time)
{
    private const string Secrets = "/v1/projects/{project}/secrets";
    private const int MaxBytes = 64 * 1024;

    private readonly StateFile<Dictionary<string, List<Version>>> file = new(
        Path.Combine(settings.DataFolder, "secrets.json"), () => []);

    public void Map(Door door)
    {
        door.Map("POST", Secrets, "secrets.create", Create);
        door.Map("POST", $"{Secrets}/{{secret}}:addVersion", "secrets.addVersion", AddVersion);
        door.Map("GET", $"{Secrets}/{{secret}}/versions/{{version}}:access", "secrets.access", Access);
        foreach (var (verb, state) in new[]
        {
            ("enable", "ENABLED"), ("disable", "DISABLED"), ("destroy", "DESTROYED"),
        })
        {
            door.Map(
                "POST", $"{Secrets}/{{secret}}/versions/{{version}}:{verb}", "secrets.state", call => Set(call, state));
        }
    }

    private Task<IResult> Create(Call call)
    {
        var id = call.Query("secretId") ?? throw GoogleException.Invalid("The secretId is required.");
        var name = $"projects/{call.Route("project")}/secrets/{id}";
        file.Change(
            secrets => secrets.TryAdd(name, [])
                ? true
                : throw new GoogleException(409, "alreadyExists", $"Secret [{name}] already exists."));
        return Answer.JsonAsync(new JsonObject
        {
            ["name"] = name,
            ["createTime"] = Now(),
            ["replication"] = call.Body["replication"]?.DeepClone(),
        });
    }

    private Task<IResult> AddVersion(Call call)
    {
        var name = Name(call);
        var data = Convert.FromBase64String((string?)call.Body["payload"]?["data"] ?? "");
        if (data.Length is 0 or > MaxBytes)
        {
            throw GoogleException.Invalid("The secret payload must have 1 to 65536 bytes.");
        }

        var version = new Version { Data = data, State = "ENABLED", CreateTime = Now() };
        var number = file.Change(secrets =>
        {
            if (!secrets.TryGetValue(name, out var versions))
            {
                throw NotFound(name);
            }

            versions.Add(version);
            return versions.Count;
        });
        return Answer.JsonAsync(Show(name, number, version));
    }

    private Task<IResult> Access(Call call)
    {
        var (number, version) = file.Read(secrets => Find(secrets, call));
        var name = FormattableString.Invariant($"{Name(call)}/versions/{number}");
        if (version.State != "ENABLED")
        {
            throw new GoogleException(
                400,
                "failedPrecondition",
                $"Secret Version [{name}] is in {version.State} state.",
                status: "FAILED_PRECONDITION");
        }

        return Answer.JsonAsync(new JsonObject
        {
            ["name"] = name,
            ["payload"] = new JsonObject
            {
                ["data"] = Convert.ToBase64String(version.Data),
                ["dataCrc32c"] = Crc32C.Of(version.Data),
            },
        });
    }

    private Task<IResult> Set(Call call, string state)
    {
        var name = Name(call);
        return Answer.JsonAsync(file.Change(secrets =>
        {
            var (number, version) = Find(secrets, call);
            if (version.State == "DESTROYED")
            {
                throw new GoogleException(
                    400,
                    "failedPrecondition",
                    $"Secret Version [{name}/versions/{number}] is in DESTROYED state.",
                    status: "FAILED_PRECONDITION");
            }

            version.State = state;
            version.Data = state == "DESTROYED" ? [] : version.Data;
            return Show(name, number, version);
        }));
    }

    private static (int Number, Version Version) Find(Dictionary<string, List<Version>> secrets, Call call)
    {
        var name = Name(call);
        if (!secrets.TryGetValue(name, out var versions) || versions.Count == 0)
        {
            throw NotFound(name);
        }

        var asked = call.Route("version");

        // "latest" is the newest version, also when it is disabled.
        var number = asked == "latest"
            ? versions.Count
            : int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
        return number >= 1 && number <= versions.Count
            ? (number, versions[number - 1])
            : throw new GoogleException(404, "notFound", $"Secret Version [{name}/versions/{asked}] not found.");
    }

    private static string Name(Call call) => $"projects/{call.Route("project")}/secrets/{call.Route("secret")}";

    private static GoogleException NotFound(string name) =>
        new(404, "notFound", $"Secret [{name}] not found or has no versions.");

    private static JsonObject Show(string name, int number, Version version) => new()
    {
        ["name"] = FormattableString.Invariant($"{name}/versions/{number}"),
        ["createTime"] = version.CreateTime,
        ["state"] = version.State,
    };

    private string Now() => time.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    internal sealed class Version
    {
        public required byte[] Data { get; set; }

        public required string State { get; set; }

        public required string CreateTime { get; init; }
    }
}
