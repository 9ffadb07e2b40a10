using System.Globalization;
using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.LiteLLM;

/// <summary>The teams and keys of the organisation's proxy. Follows from the seed.</summary>
internal sealed class LiteLLMCompany
{
    private const int Teams = 4;

    public LiteLLMCompany(int seed, SimulatedAccount account)
    {
        Scope = $"litellm/{account.Name}";
        Keys = [.. Enumerable.Range(0, 20).Select(number => Key(seed, number))];
    }

    /// <summary>What its dice are named after.</summary>
    public string Scope { get; }

    /// <summary>The first one is the proxy's own: it has no name and belongs to no team.</summary>
    public IReadOnlyList<LiteLLMKey> Keys { get; }

    private LiteLLMKey Key(int seed, int number)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{Scope}/key/{number}");
        var token = $"{Identity.Uuid(seed, what):N}{Identity.Uuid(seed, $"{what}/more"):N}";
        return number == 0
            ? new LiteLLMKey(token, null, null, "default_user_id")
            : new LiteLLMKey(
                token,
                string.Create(CultureInfo.InvariantCulture, $"SIMULATED key {number}"),
                Identity.Uuid(seed, $"{Scope}/team/{number % Teams}").ToString(),
                Identity.Uuid(seed, $"{Scope}/user/{number % 7}").ToString());
    }
}

/// <summary>A virtual key.</summary>
/// <param name="Token">The hash that stands for it.</param>
/// <param name="Alias">Its name, which may change.</param>
/// <param name="TeamId">The team that it is of.</param>
/// <param name="UserId">Who has it.</param>
internal sealed record LiteLLMKey(string Token, string? Alias, string? TeamId, string UserId);
