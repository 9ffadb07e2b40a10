using System.Globalization;
using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.OpenAI;

/// <summary>The people, projects and keys of the organisation at OpenAI. Follows from the seed.</summary>
internal sealed class OpenAICompany
{
    private static readonly string[] ProjectNames = ["default", "chat", "search", "voice", "legacy"];

    private readonly int _seed;

    public OpenAICompany(int seed, SimulatedAccount account)
    {
        _seed = seed;
        Account = account;
        Scope = $"openai/{account.Name}";
        Users = [.. Enumerable.Range(1, 23).Select(User)];
        ServiceAccounts = [.. ProjectNames.Select(ServiceAccount)];
        Projects = [.. ProjectNames.Select(name => new ProjectEntity(
            NewId("proj_", name),
            $"SIMULATED {name}",
            name == "legacy" ? new DateTimeOffset(2026, 3, 31, 9, 30, 0, TimeSpan.Zero) : null))];
        ApiKeys = [.. Enumerable.Range(0, 12).Select(Key)];
    }

    public SimulatedAccount Account { get; }

    /// <summary>What its dice are named after.</summary>
    public string Scope { get; }

    /// <summary>The last one is archived.</summary>
    public IReadOnlyList<ProjectEntity> Projects { get; }

    public IReadOnlyList<PersonEntity> Users { get; }

    /// <summary>One for each project, in the projects' order.</summary>
    public IReadOnlyList<PersonEntity> ServiceAccounts { get; }

    /// <summary>The last one is deleted: it is in the usage and in no list.</summary>
    public IReadOnlyList<ProjectKeyEntity> ApiKeys { get; }

    private PersonEntity User(int number) => new(
        NewId("user-", number.ToString(CultureInfo.InvariantCulture)),
        $"SIMULATED Developer {number}",
        $"dev{number}@simulated.example",
        number == 1 ? "owner" : "reader");

    private PersonEntity ServiceAccount(string project) =>
        new(NewId("svc_acct_", project), $"SIMULATED {project} service", null, "member");

    // Every third key belongs to its project's service account, so its usage has no user.
    private ProjectKeyEntity Key(int number) => new(
        NewId("key_", number.ToString(CultureInfo.InvariantCulture)),
        $"SIMULATED key {number + 1}",
        Projects[number % Projects.Count].Id,
        number % 3 == 2 ? null : Users[number],
        number % 3 == 2 ? ServiceAccounts[number % Projects.Count] : null,
        IsDeleted: number == 11);

    private string NewId(string prefix, string what) => Identity.Create(prefix, _seed, $"{Scope}/{what}");
}

internal sealed record ProjectEntity(string Id, string Name, DateTimeOffset? ArchivedAt);

internal sealed record PersonEntity(string Id, string Name, string? Email, string Role);

/// <summary>A key of a project; owned by a user or by a service account.</summary>
internal sealed record ProjectKeyEntity(
    string Id, string Name, string ProjectId, PersonEntity? User, PersonEntity? ServiceAccount, bool IsDeleted);
