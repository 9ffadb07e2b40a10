using System.CommandLine;
using System.Globalization;

namespace EventPipeline.Commands;

/// <summary>Options that take a whole number above 0.</summary>
internal static class CountOption
{
    public static Option<int> Create(string name, string description, int usual) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => usual,
        Validators =
        {
            result =>
            {
                if (result.Tokens is [var token]
                    && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                        && count >= 1))
                {
                    result.AddError($"{name} is '{Shown.Plain(token.Value, 80)}'; give a whole number above 0.");
                }
            },
        },
    };
}
