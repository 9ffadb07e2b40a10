using System.CommandLine;

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

    /// <summary>Adds both to a command, which takes one of them.</summary>
    public static void AddTo(Command command)
    {
        command.Options.Add(Json);
        command.Options.Add(Csv);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Json) && result.GetValue(Csv))
            {
                result.AddError("Give --json or --csv, not both.");
            }
        });
    }

    /// <summary>Where a command talks to people: standard error, where standard output is a JSON document.</summary>
    public static TextWriter TalkOf(ParseResult arguments) =>
        arguments.GetValue(Json) || arguments.GetValue(Document)
            ? arguments.InvocationConfiguration.Error
            : arguments.InvocationConfiguration.Output;

    public static OutputFormat Read(ParseResult arguments) =>
        arguments.GetValue(Json) ? OutputFormat.Json
        : arguments.GetValue(Csv) ? OutputFormat.Csv
        : OutputFormat.Table;
}
