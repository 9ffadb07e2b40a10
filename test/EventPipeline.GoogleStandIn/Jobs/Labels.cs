using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Jobs;

/// <summary>https://docs.cloud.google.com/bigquery/docs/labels-intro#requirements.</summary>
internal static partial class Labels
{
    private const int Most = 64;

    /// <summary>Checks the labels of a job, a dataset or a table.</summary>
    /// <exception cref="GoogleException">BigQuery takes no such label.</exception>
    public static void Check(JsonNode? sent)
    {
        if (sent is null)
        {
            return;
        }

        var labels = sent as JsonObject ?? throw GoogleException.Invalid("Labels are an object of texts.", "labels");
        if (labels.Count > Most)
        {
            throw GoogleException.Invalid(
                FormattableString.Invariant($"Too many labels: {labels.Count} were sent, {Most} are allowed."),
                "labels");
        }

        foreach (var (key, value) in labels)
        {
            if (!Key().IsMatch(key))
            {
                throw Wrong("key", key, "start with a lowercase letter and can only contain");
            }

            if (value is not JsonValue text || !text.TryGetValue<string>(out var written) || !Value().IsMatch(written))
            {
                throw Wrong("value", value?.ToString() ?? "null", "can only contain");
            }
        }
    }

    private static GoogleException Wrong(string what, string text, string rule) => GoogleException.Invalid(
        $"Invalid label {what} \"{text}\". Label {what}s {rule} lowercase letters, numeric characters, underscores and "
            + "dashes, and be at most 63 characters long.",
        "labels");

    [GeneratedRegex(@"\A[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}\z")]
    private static partial Regex Key();

    [GeneratedRegex(@"\A[\p{Ll}\p{Lo}\p{N}_-]{0,63}\z")]
    private static partial Regex Value();
}
