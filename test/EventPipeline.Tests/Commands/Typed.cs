using System.CommandLine;

namespace EventPipeline.Tests.Commands;

/// <summary>A command as a person types it.</summary>
internal static class Typed
{
    /// <summary>Invokes it with arguments that it understands.</summary>
    public static Task<(int Code, string Output, string Error)> TypeAsync(
        this Command command, params string[] arguments) => command.TypeAsync(new StringWriter(), arguments);

    /// <inheritdoc cref="TypeAsync(Command, string[])"/>
    public static async Task<(int Code, string Output, string Error)> TypeAsync(
        this Command command, StringWriter error, params string[] arguments)
    {
        var output = new StringWriter();
        var parsed = command.Parse(arguments);
        parsed.Errors.ShouldBeEmpty();
        var code = await parsed.InvokeAsync(
            new() { Output = output, Error = error, EnableDefaultExceptionHandler = false },
            TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
