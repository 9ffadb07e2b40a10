using System.Text.RegularExpressions;

namespace EventPipeline.Shared;

/// <summary>The name that an account has in the settings and in messages.</summary>
internal static partial class AccountName
{
    /// <summary>
    /// Whether a text can name an account: 1 to 63 letters, digits, dots, dashes and underscores, beginning with a
    /// letter or digit.
    /// </summary>
    public static bool IsValid(string text) => Pattern().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z")]
    private static partial Regex Pattern();
}
