using System.Text.Json;

namespace EventPipeline.Benchmarks.Rows.Baselines;

/// <summary>Baseline (a): every token of the page is read and nothing is done with it. Nothing can be faster.</summary>
internal static class TokensOnly
{
    /// <summary>Reads a page and returns how many tokens it has.</summary>
    public static long Read(byte[] page)
    {
        var reader = new Utf8JsonReader(page);
        var tokens = 0L;
        while (reader.Read())
        {
            tokens++;
        }

        return tokens;
    }
}
