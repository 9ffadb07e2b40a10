using System.CommandLine;
using System.CommandLine.Parsing;

namespace EventPipeline.Commands;

/// <summary>How rows are written.</summary>
internal enum OutputFormat
{
    Table,
    Json,
    Csv,
}

/// <summary>The options that choose an <see cref="OutputFormat"/>.</summary>
internal static class OutputOptions
{
    public static Option<bool> Json { get; } =
        new("--json") { Description = "A JSON array of objects; amounts are strings." };

    public static Option<bool> Csv { get; } = new("--csv") { Description = "CSV (RFC 4180)." };

    /// <summary><c>--json</c> of a command that writes one document instead of its text.</summary>
    public static Option<bool> Document { get; } =
        new("--json") { Description = "Print one JSON document on standard output and nothing else." };

    private static readonly Option<string?> Format = WordOption.Create(
        "--format", "table (the default), json or csv.", "FORMAT", ["table", "json", "csv"]);

    /// <summary>Adds all to a command, which takes one of them.</summary>
    public static void AddTo(Command command)
    {
        command.Options.Add(Format);
        command.Options.Add(Json);
        command.Options.Add(Csv);
        command.Validators.Add(result =>
        {
            if (Given(result).Count() > 1)
            {
                result.AddError($"Give one of {string.Join(" and ", Given(result))}, not both.");
            }
        });
    }

    /// <summary>Where a command talks to people: standard error, where standard output is a JSON document.</summary>
    public static TextWriter TalkOf(ParseResult arguments) =>
        arguments.GetValue(Json) || arguments.GetValue(Document)
            ? arguments.InvocationConfiguration.Error
            : arguments.InvocationConfiguration.Output;

    public static OutputFormat Read(ParseResult arguments) => arguments.GetValue(Format) switch
    {
        "json" => OutputFormat.Json,
        "csv" => OutputFormat.Csv,
        null when arguments.GetValue(Json) => OutputFormat.Json,
        null when arguments.GetValue(Csv) => OutputFormat.Csv,
        _ => OutputFormat.Table,
    };

    private static IEnumerable<string> Given(CommandResult result) =>
        from option in new Option[] { Format, Json, Csv }
        where result.GetResult(option) is { Implicit: false }
        select option.Name;
}
