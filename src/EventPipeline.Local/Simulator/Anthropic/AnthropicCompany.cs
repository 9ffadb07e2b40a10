using System.Globalization;
using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary>The people, workspaces and keys of one organisation at Anthropic. Follows from the seed.</summary>
internal sealed class AnthropicCompany
{
    private static readonly string[] LargeWorkspaces = ["platform", "research", "support", "claude-code", "legacy"];
    private static readonly string[] SmallWorkspaces = ["lab", "legacy"];

    private readonly int _seed;

    public AnthropicCompany(int seed, SimulatedAccount account)
    {
        _seed = seed;
        Account = account;
        Scope = $"anthropic/{account.Name}";
        IsLarge = account.Name.EndsWith("acme", StringComparison.Ordinal);
        IsEnterprise = account.Source == SimulatedAnthropic.Enterprise;
        Id = Identity.Uuid(seed, Scope);
        Workspaces = [.. (IsLarge ? LargeWorkspaces : SmallWorkspaces).Select(Workspace)];
        Users = [.. Enumerable.Range(1, IsLarge ? 24 : 6).Select(User)];
        ServiceAccounts = IsLarge ? [NewId("svac_01", "deployer"), NewId("svac_01", "reviewer")] : [];
        ApiKeys = [.. Enumerable.Range(1, IsLarge ? 11 : 4).Select(Key)];
    }

    public SimulatedAccount Account { get; }

    /// <summary>What its dice are named after.</summary>
    public string Scope { get; }

    public bool IsLarge { get; }

    /// <summary>On claude.ai: people with seats, and no workspaces or keys of the Console.</summary>
    public bool IsEnterprise { get; }

    /// <summary>What the analytics reports call the Default workspace, which elsewhere has no id.</summary>
    public string DefaultWorkspaceId => NewId("wrkspc_01", "default");

    public Guid Id { get; }

    /// <summary>Without the Default workspace, which has no id. The last one is archived.</summary>
    public IReadOnlyList<WorkspaceEntity> Workspaces { get; }

    public IReadOnlyList<UserEntity> Users { get; }

    public IReadOnlyList<string> ServiceAccounts { get; }

    public IReadOnlyList<KeyEntity> ApiKeys { get; }

    private WorkspaceEntity Workspace(string name) => new(
        NewId("wrkspc_01", name), $"SIMULATED {name}", name == "legacy" ? Time(2026, 3, 31) : null, name);

    private UserEntity User(int number) => new(
        NewId("user_01", Text(number)),
        $"dev{number}@simulated.example",
        $"SIMULATED Developer {number}",
        number == 1 ? "admin" : number % 5 == 0 ? "billing" : "developer");

    // Every fourth key belongs to the Default workspace; the second and the sixth have one name, as Anthropic allows.
    private KeyEntity Key(int number) => new(
        NewId("apikey_01", Text(number)),
        number is 2 or 6 ? "SIMULATED shared" : $"SIMULATED key {number}",
        number % 4 == 0 ? null : Workspaces[number % Workspaces.Count].Id,
        Users[number % Users.Count].Id,
        number == 7 ? "archived" : number == 9 ? "inactive" : "active");

    private string NewId(string prefix, string what) => Identity.Create(prefix, _seed, $"{Scope}/{what}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(int year, int month, int day) => new(year, month, day, 9, 30, 0, TimeSpan.Zero);
}

internal sealed record WorkspaceEntity(string Id, string Name, DateTimeOffset? ArchivedAt, string Team);

internal sealed record UserEntity(string Id, string Email, string Name, string Role);

/// <param name="Id">The key's id.</param>
/// <param name="Name">Not unique.</param>
/// <param name="WorkspaceId">Null for the Default workspace.</param>
/// <param name="CreatedBy">A user's id.</param>
/// <param name="Status">As the vendor spells it.</param>
internal sealed record KeyEntity(string Id, string Name, string? WorkspaceId, string CreatedBy, string Status);
