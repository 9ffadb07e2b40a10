using System.Text;

namespace EventPipeline.Shared;

/// <summary>
/// Shows what someone sent, inside a sentence: short, and without characters that would break a line or a terminal.
/// </summary>
internal static class Shown
{
    private const int MaxCharacters = 100;

    /// <summary>The text in single quotes, cut after 100 characters.</summary>
    public static string Quoted(string text) => $"'{Plain(text, MaxCharacters)}'";

    /// <summary>The text, cut between characters after <paramref name="most"/> of them.</summary>
    public static string Plain(string text, int most)
    {
        if (text.Length <= most && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var shown = new StringBuilder(Math.Min(text.Length, most));
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length + rune.Utf16SequenceLength > most)
            {
                return shown.Append('…').ToString();
            }

            shown.Append(Rune.IsControl(rune) ? "�" : rune.ToString());
        }

        return shown.ToString();
    }
}
