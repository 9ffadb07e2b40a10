using System.CommandLine;
using System.Text.Json;

namespace EventPipeline.Commands;

/// <summary>Writes what a service answered, in the format that the arguments ask for.</summary>
internal static class AnswerWriter
{
    /// <param name="arguments">The arguments of a command that has <see cref="OutputOptions.AddTo"/>.</param>
    /// <param name="answer">The answer: as JSON it is written as it came.</param>
    /// <param name="columns">The columns of CSV.</param>
    /// <param name="records">The cells of each record.</param>
    /// <param name="text">Writes it for people.</param>
    public static Task WriteAsync<T>(
        ParseResult arguments,
        T answer,
        IReadOnlyList<string> columns,
        IEnumerable<IReadOnlyList<string?>> records,
        Func<TextWriter, Task> text)
    {
        var output = arguments.InvocationConfiguration.Output;
        return OutputOptions.Read(arguments) switch
        {
            OutputFormat.Json => output.WriteLineAsync(JsonSerializer.Serialize(answer, ApiJson.Options)),
            OutputFormat.Csv => RecordWriter.WriteAsync(output, OutputFormat.Csv, columns, records),
            _ => text(output),
        };
    }
}
