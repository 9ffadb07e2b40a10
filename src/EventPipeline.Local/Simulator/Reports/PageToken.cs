using System.Buffers.Text;
using System.IO.Hashing;
using System.Text;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Reports;

/// <summary>
/// An opaque place in a list that is good for one question only: changed parameters make it worthless.
/// </summary>
internal static class PageToken
{
    private const string Prefix = "page_";

    /// <summary>A token for a place.</summary>
    public static string Issue(SimulatedRequest request, string place) =>
        Prefix + Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Fingerprint(request)}.{place}"));

    /// <summary>The place of a token; null when it was issued for another question, or never.</summary>
    public static string? Read(SimulatedRequest request, string token)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.IsValid(token.AsSpan(Prefix.Length)))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length)));
        var fingerprint = $"{Fingerprint(request)}.";
        return text.StartsWith(fingerprint, StringComparison.Ordinal) ? text[fingerprint.Length..] : null;
    }

    private static string Fingerprint(SimulatedRequest request)
    {
        var question = request.Query
            .Where(parameter => parameter.Key != "page")
            .OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
            .Select(parameter => $"{parameter.Key}={string.Join('\u001f', parameter.Value)}");
        var text = $"{request.Account}\n{request.Path}\n{string.Join('\n', question)}";
        return Convert.ToHexStringLower(XxHash64.Hash(Encoding.UTF8.GetBytes(text)));
    }
}
