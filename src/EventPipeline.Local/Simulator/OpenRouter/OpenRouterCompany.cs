using System.Globalization;
using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.OpenRouter;

/// <summary>The workspaces and keys of the organisation at OpenRouter. Follows from the seed.</summary>
internal sealed class OpenRouterCompany
{
    private static readonly string[] WorkspaceNames = ["default", "products", "research"];

    public OpenRouterCompany(int seed, SimulatedAccount account)
    {
        Scope = $"openrouter/{account.Name}";
        Workspaces =
        [
            .. WorkspaceNames.Select(name => new WorkspaceEntity(
                Identity.Uuid(seed, $"{Scope}/{name}").ToString(), $"SIMULATED {name}", name)),
        ];
        Keys = [.. Enumerable.Range(0, 7).Select(number => Key(seed, number))];
    }

    /// <summary>What its dice are named after.</summary>
    public string Scope { get; }

    /// <summary>The first one is the default.</summary>
    public IReadOnlyList<WorkspaceEntity> Workspaces { get; }

    /// <summary>The last one is deleted: it is in the activity and in no list.</summary>
    public IReadOnlyList<KeyEntity> Keys { get; }

    private KeyEntity Key(int seed, int number)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{Scope}/key/{number}");
        var hash = $"{Identity.Uuid(seed, what):N}{Identity.Uuid(seed, $"{what}/more"):N}";
        return new KeyEntity(
            hash,
            string.Create(CultureInfo.InvariantCulture, $"SIMULATED key {number + 1}"),
            Workspaces[number % Workspaces.Count].Id,
            IsDisabled: number == 4,
            IsDeleted: number == 6);
    }
}

internal sealed record WorkspaceEntity(string Id, string Name, string Slug);

internal sealed record KeyEntity(string Hash, string Name, string WorkspaceId, bool IsDisabled, bool IsDeleted);
