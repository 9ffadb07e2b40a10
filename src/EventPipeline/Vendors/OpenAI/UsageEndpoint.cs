using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.OpenAI;

/// <summary>One of the usage endpoints. The table below is the vendor's description, line by line.</summary>
/// <param name="Name">The last part of the path, and the rows' product.</param>
/// <param name="Dimensions">Every documented dimension, in the order of the row key.</param>
/// <param name="Required">The numbers that have to be there.</param>
/// <param name="Quantity">Of these, the one that counts something other than tokens and model requests.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="RepeatsRequests">
/// Whether its model requests are also among those of completions: they stay a dimension, and no total adds them.
/// </param>
/// <param name="NormaliserVersion">The report's.</param>
internal sealed record UsageEndpoint(
    string Name,
    IReadOnlyList<string> Dimensions,
    IReadOnlyList<string> Required,
    string? Quantity = null,
    string? Unit = null,
    bool RepeatsRequests = false,
    int NormaliserVersion = 1)
{
    public const string InputTokens = "input_tokens";
    public const string OutputTokens = "output_tokens";
    public const string ModelRequests = "num_model_requests";
    public const string ApiSource = "api_source";

    private const string Finest = "all_dimensions.v1";

    private static readonly string[] Common = ["project_id", "user_id", "api_key_id", "model"];

    /// <summary>Every endpoint.</summary>
    /// <remarks>https://platform.openai.com/docs/api-reference/usage</remarks>
    public static IReadOnlyList<UsageEndpoint> All { get; } =
    [
        new(
            "completions",
            [.. Common, "batch", "service_tier", ApiSource],
            [InputTokens, OutputTokens, ModelRequests],
            NormaliserVersion: 2) { SplitsTokens = true },
        new(
            "decisions",
            [.. Common, "batch", "service_tier", ApiSource],
            [InputTokens, OutputTokens, ModelRequests]) { SplitsTokens = true, MayBeMissing = true },
        new("embeddings", Common, [InputTokens, ModelRequests]),
        new("moderations", Common, [InputTokens, ModelRequests]),
        new("images", [.. Common, "size", "source"], ["images", ModelRequests], "images", "images"),
        new("audio_speeches", Common, ["characters", ModelRequests], "characters", "characters"),
        new("audio_transcriptions", Common, ["seconds", ModelRequests], "seconds", "seconds"),
        new("vector_stores", ["project_id"], ["usage_bytes"], "usage_bytes", "bytes"),
        new("code_interpreter_sessions", ["project_id"], ["num_sessions"], "num_sessions", "sessions"),
        new(
            "web_search_calls",
            [.. Common, "context_level", ApiSource],
            ["num_requests", ModelRequests],
            "num_requests",
            "calls",
            RepeatsRequests: true,
            NormaliserVersion: 3),
        new(
            "file_search_calls",
            ["project_id", "user_id", "api_key_id", "vector_store_id"],
            ["num_requests"],
            "num_requests",
            "calls"),
    ];

    /// <summary>The vendor's name for the endpoint in the type of its results.</summary>
    public string ResultName => Name switch
    {
        "web_search_calls" => "web_searches",
        "file_search_calls" => "file_searches",
        _ => Name,
    };

    /// <summary>Whether it splits its tokens by cache and by modality.</summary>
    public bool SplitsTokens { get; private init; }

    /// <summary>Whether it is so new that a vendor's older gateway, or an organization, may not have it.</summary>
    public bool MayBeMissing { get; private init; }

    /// <summary>
    /// The ways to group it. Without a model usage says little; the key says more than the user behind it.
    /// </summary>
    public IReadOnlyList<Grain> Grains { get; } = Ladder(Dimensions);

    /// <summary>The report's name.</summary>
    public string Report => $"{Name}_usage";

    /// <summary>The grain of all dimensions before there was a source keeps its name, and so its keys.</summary>
    private static IReadOnlyList<Grain> Ladder(IReadOnlyList<string> dimensions)
    {
        string[] important = ["project_id", "model", "api_key_id", "user_id"];
        var before = dimensions.Where(name => name != ApiSource).ToList();
        return before.Count == dimensions.Count
            ? Grain.Ladder(Finest, dimensions, important)
            :
            [
                .. Grain.Ladder("all_dimensions.v2", dimensions, important)
                    .Select(grain => grain.Dimensions.SequenceEqual(before) ? grain with { Name = Finest } : grain),
            ];
    }
}
