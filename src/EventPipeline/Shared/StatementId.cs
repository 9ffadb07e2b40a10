using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace EventPipeline.Shared;

/// <summary>
/// The rule for the id under which a statement happens once. It becomes part of a BigQuery job's id, which has at most
/// 1,024 letters, digits, dashes and underscores
/// (https://cloud.google.com/bigquery/docs/reference/rest/v2/JobReference), so every warehouse refuses what BigQuery
/// would.
/// </summary>
public static class StatementId
{
    /// <summary>1,024, less the names of a dataset (104), a table, a number and what joins them.</summary>
    public const int MaxCharacters = 512;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Whether a text can be a statement's id.</summary>
    public static bool IsValid(string id) =>
        id.Length is > 0 and <= MaxCharacters && !id.AsSpan().ContainsAnyExcept(Characters);

    /// <summary>What stands for several ids, in whatever order they come: 64 hexadecimal digits.</summary>
    public static string HashOf(IEnumerable<string> ids) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', ids.Order(StringComparer.Ordinal)))));

    /// <summary>Returns the id.</summary>
    /// <exception cref="RejectedEventException">It is not valid, and never will be: retrying is of no use.</exception>
    public static string Require(string id) => IsValid(id)
        ? id
        : throw new RejectedEventException(
            $"{Shown.Quoted(id)}, of {id.Length} characters, cannot be the id of a statement: it takes 1 to "
                + $"{MaxCharacters} letters, digits, dashes and underscores.",
            "An id of the message is part of it: publish the message with a valid one.");
}
