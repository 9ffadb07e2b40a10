using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EventPipeline.Commands;

/// <summary>What a check of the view <c>focus</c> found.</summary>
/// <param name="Dataset">Where.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
/// <param name="Rows">How many rows were checked; null where the columns are not as they have to be.</param>
/// <param name="Checked">How many rules were.</param>
/// <param name="Broken">Those that do not hold.</param>
internal sealed record FocusFindings(
    string Dataset, DateOnly From, DateOnly To, long? Rows, int Checked, IReadOnlyList<BrokenFocusRule> Broken)
{
    private static readonly JsonWriterOptions Indented =
        new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether every rule that has to hold does.</summary>
    public bool Holds => !Broken.Any(broken => broken.Rule.IsMust);

    private string Days => string.Create(CultureInfo.InvariantCulture, $"{From:yyyy-MM-dd} to {To:yyyy-MM-dd}");

    /// <summary>Writes what does not hold, what to do, and what was not checked.</summary>
    public static async Task WriteTextAsync(TextWriter output, FocusFindings found)
    {
        if (found.Rows == 0)
        {
            await output.WriteLineAsync($"Nothing was billed from {found.Days} in {found.Dataset}: no row to check.");
            return;
        }

        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"FOCUS 1.2, {found.Days}, {found.Dataset}: {found.Checked} rules, "
                + $"{(found.Rows is { } rows ? $"{rows:N0} rows" : "no row, because of what its columns are")}."));
        await WriteAsync("Broken", mustHold: true);
        await WriteAsync("Recommended, and not so", mustHold: false);
        if (found.Broken.Count == 0)
        {
            await output.WriteLineAsync("All of them hold.");
        }

        await output.WriteLineAsync();
        await output.WriteLineAsync("Not checked, because no row can prove it:");
        foreach (var rule in FocusRule.NotChecked)
        {
            await output.WriteLineAsync($"  {rule.Says}");
            await output.WriteLineAsync($"    {rule.Ids}");
        }

        async Task WriteAsync(string title, bool mustHold)
        {
            foreach (var (broken, i) in found.Broken
                .Where(broken => broken.Rule.IsMust == mustHold)
                .Select((broken, i) => (broken, i)))
            {
                if (i == 0)
                {
                    await output.WriteLineAsync();
                    await output.WriteLineAsync($"{title}:");
                }

                await output.WriteLineAsync($"  {broken.Rule.Says} ({broken.Rule.Ids})");
                await output.WriteLineAsync($"    {Where(broken)}");
                await output.WriteLineAsync($"    What to do: {Remedy(broken)}");
            }
        }
    }

    /// <summary>Writes one JSON document.</summary>
    public static async Task WriteJsonAsync(TextWriter output, FocusFindings found)
    {
        using var text = new MemoryStream();
        await using (var json = new Utf8JsonWriter(text, Indented))
        {
            json.WriteStartObject();
            json.WriteString("focus", "1.2");
            json.WriteString("dataset", found.Dataset);
            json.WriteString("from", found.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteString("to", found.To.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteBoolean("holds", found.Holds);
            json.WriteNumber("rows", found.Rows ?? 0);
            json.WriteNumber("rules", found.Checked);
            json.WriteStartArray("broken");
            foreach (var broken in found.Broken)
            {
                json.WriteStartObject();
                json.WriteString("rule", broken.Rule.Ids);
                json.WriteString("says", broken.Rule.Says);
                json.WriteBoolean("must", broken.Rule.IsMust);
                if (broken.Rows is { } rows)
                {
                    json.WriteNumber("rows", rows);
                }

                json.WriteString("example", broken.Example);
                json.WriteString("whatToDo", Remedy(broken));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("notChecked");
            foreach (var rule in FocusRule.NotChecked)
            {
                json.WriteStartObject();
                json.WriteString("rules", rule.Ids);
                json.WriteString("why", rule.Says);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        await output.WriteLineAsync(Encoding.UTF8.GetString(text.ToArray()));
    }

    private static string Where(BrokenFocusRule broken) => (broken.Rows, broken.Example) switch
    {
        (1, var row) => $"1 row: {row}",
        ({ } rows, var row) => string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows, such as {row}"),
        (null, { } column) => column,
        _ => "missing",
    };

    private static string Remedy(BrokenFocusRule broken) => broken.Rows is null
        ? "run `schema apply`: the view is of another release, or somebody changed it."
        : "look at the line in the view cost, and at the vendor's own in raw_page. If the vendor bills it like this, "
            + "the bill does not conform; docs/focus.md says what is done about it. If not, report it as a defect.";
}
