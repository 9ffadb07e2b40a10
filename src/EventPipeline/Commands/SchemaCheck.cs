using EventPipeline.Google.Schema;

namespace EventPipeline.Commands;

/// <summary>Reports how a dataset differs from what is expected.</summary>
internal sealed class SchemaCheck(TextWriter output)
{
    private readonly ExpectedSchema _expected = ExpectedSchema.Read();

    /// <summary>Writes a line per difference.</summary>
    /// <returns>Whether nothing has to be done.</returns>
    public async Task<bool> ExecuteAsync(LiveSchema live, string dataset, CancellationToken cancellationToken)
    {
        var differences = await live.CompareAsync(dataset, _expected, cancellationToken);
        foreach (var difference in differences)
        {
            await output.WriteLineAsync(
                $"{(difference.IsHarmless ? "note: " : "")}{difference.Statement} {difference.Remedy}");
        }

        var isAsExpected = differences.All(difference => difference.IsHarmless);
        if (isAsExpected)
        {
            await output.WriteLineAsync($"{dataset} is as expected: {_expected.Count}");
        }

        return isAsExpected;
    }
}
