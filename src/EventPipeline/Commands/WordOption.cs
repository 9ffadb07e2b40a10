using System.CommandLine;
using System.CommandLine.Parsing;

namespace EventPipeline.Commands;

/// <summary>Options that take one word of some.</summary>
internal static class WordOption
{
    /// <summary>An option that takes one of them; it refuses another, and names the nearest.</summary>
    public static Option<string?> Create(
        string name, string description, string helpName, IReadOnlyCollection<string> words) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Validators = { result => Check(result, words) },
    };

    /// <summary>Refuses another word, and names the nearest.</summary>
    public static void Check(OptionResult result, IReadOnlyCollection<string> words)
    {
        if (result.Tokens is [var token] && !words.Contains(token.Value))
        {
            result.AddError(
                $"{result.Option.Name} is '{Shown.Plain(token.Value, 80)}'. "
                + Nearest.DidYouMeanOneOf(token.Value, words));
        }
    }
}
