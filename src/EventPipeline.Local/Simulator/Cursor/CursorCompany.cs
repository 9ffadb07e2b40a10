using System.Globalization;
using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.Cursor;

/// <summary>The members and billing groups of the team at Cursor. Follows from the seed.</summary>
internal sealed class CursorCompany
{
    private const int Members = 14;
    private static readonly string[] GroupNames = ["Engineering", "Design"];
    private readonly int _seed;

    public CursorCompany(int seed, SimulatedAccount account)
    {
        _seed = seed;
        Scope = $"cursor/{account.Name}";
        People = [.. Enumerable.Range(1, Members).Select(Person)];
        Groups = [.. GroupNames.Select(Group)];
    }

    /// <summary>What its dice are named after.</summary>
    public string Scope { get; }

    /// <summary>The last one was removed: their events stay.</summary>
    public IReadOnlyList<CursorMember> People { get; }

    /// <summary>Those who are in neither are unassigned.</summary>
    public IReadOnlyList<CursorGroup> Groups { get; }

    /// <summary>The service account's id; its events carry the address of whatever ran it.</summary>
    public string ServiceAccount => NewId("sa_", "automation");

    /// <summary>An id that follows from the seed.</summary>
    public string NewId(string prefix, string what) => Identity.Create(prefix, _seed, $"{Scope}/{what}");

    private CursorMember Person(int number) => new(
        NewId("user_", number.ToString(CultureInfo.InvariantCulture)),
        $"SIMULATED Developer {number}",
        $"dev{number}@simulated.example",
        number == 1 ? "owner" : "member",
        IsRemoved: number == Members);

    private CursorGroup Group(string name, int index) => new(
        NewId("group_", name),
        $"SIMULATED {name}",
        [.. People.Where((_, i) => i % 3 == index)]);
}

internal sealed record CursorMember(string Id, string Name, string Email, string Role, bool IsRemoved);

internal sealed record CursorGroup(string Id, string Name, IReadOnlyList<CursorMember> Members);
