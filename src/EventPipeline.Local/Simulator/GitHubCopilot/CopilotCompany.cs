using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.GitHubCopilot;

/// <summary>The organization at GitHub and its people. Follows from the seed.</summary>
internal sealed class CopilotCompany
{
    private const int People = 12;
    private const int FirstId = 4_200_000;

    public CopilotCompany(int seed, SimulatedAccount account)
    {
        Dice = $"github_copilot/{account.Name}";
        Login = account.Name;
        Id = Identity.Dice(seed, $"{Dice}/id").Next(1_000_000, 9_000_000);
        Members = [.. Enumerable.Range(1, People).Select(number => new CopilotMember(
            FirstId + number, $"SIMULATED-dev{number}", number <= People / 2 ? "platform" : null))];
    }

    /// <summary>What its dice are named after.</summary>
    public string Dice { get; }

    public string Login { get; }

    /// <summary>What stays when it is renamed.</summary>
    public long Id { get; }

    /// <summary>Everyone with a seat.</summary>
    public IReadOnlyList<CopilotMember> Members { get; }
}

/// <param name="Id">What stays when the login is changed.</param>
/// <param name="Login">The login.</param>
/// <param name="Team">The team that gives the seat; null where it was given alone.</param>
internal sealed record CopilotMember(long Id, string Login, string? Team);
