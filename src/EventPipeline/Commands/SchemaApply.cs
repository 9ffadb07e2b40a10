using System.CommandLine;
using EventPipeline.Google.Schema;

namespace EventPipeline.Commands;

/// <summary>Brings a dataset to the expected schema, unless that would do harm.</summary>
internal sealed class SchemaApply(InvocationConfiguration console)
{
    private readonly ExpectedSchema _expected = ExpectedSchema.Read();

    /// <summary>
    /// Makes every change and writes a line for each; if one of them is refused, makes none and says what a person has
    /// to do.
    /// </summary>
    /// <returns>Whether the dataset is as expected now.</returns>
    public async Task<bool> ExecuteAsync(LiveSchema live, string dataset, CancellationToken cancellationToken)
    {
        var differences = await live.CompareAsync(dataset, _expected, cancellationToken);
        var refused = differences.Where(difference => difference.IsRefused).ToList();
        if (refused.Count > 0)
        {
            await RefuseAsync(dataset, refused);
            return false;
        }

        foreach (var (statement, changes) in
            Upgrade.Statements(differences.Select(difference => difference.Upgrade).OfType<Upgrade>()))
        {
            await live.ApplyAsync(statement, cancellationToken);
            foreach (var change in changes)
            {
                await console.Output.WriteLineAsync($"{change.Done} {change.What}");
            }
        }

        await console.Output.WriteLineAsync($"{dataset} is up to date: {_expected.Count}");
        return true;
    }

    private async Task RefuseAsync(string dataset, List<Difference> refused)
    {
        await console.Error.WriteLineAsync(
            $"{dataset}: nothing was changed, since this cannot be done in place without harm:");
        foreach (var difference in refused)
        {
            await console.Error.WriteLineAsync(
                $"- {difference.Statement}{(difference.ByHand.Count == 0 ? $" {difference.Remedy}" : "")}");
        }

        var statements = refused.SelectMany(difference => difference.ByHand).Distinct().ToList();
        if (statements.Count > 0)
        {
            await console.Error.WriteLineAsync("Run this while no run is in progress, then run 'schema apply' again:");
            await console.Error.WriteLineAsync(
                $"{Environment.NewLine}{string.Join(Environment.NewLine + Environment.NewLine, statements)}"
                    + Environment.NewLine);
        }
    }
}
