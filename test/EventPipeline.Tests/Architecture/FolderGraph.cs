using Mono.Cecil;

namespace EventPipeline.Tests.Architecture;

/// <summary>
/// Which folders of a project know which, by the references between its compiled types. A folder is a namespace below
/// the project's own.
/// </summary>
internal sealed class FolderGraph
{
    /// <summary>The folder of a project's own namespace, and of its entry point, which has none.</summary>
    public const string Root = "(root)";

    private readonly SortedDictionary<string, SortedDictionary<string, SortedSet<string>>> _knows = new(
        StringComparer.Ordinal);

    private FolderGraph()
    {
    }

    /// <summary>The folders.</summary>
    public IReadOnlyCollection<string> Folders => _knows.Keys;

    /// <summary>Reads an assembly.</summary>
    /// <param name="assembly">A type in it.</param>
    /// <param name="root">The namespace whose folders are looked at.</param>
    /// <param name="depth">
    /// How many levels of folders are told apart; deeper ones count as the folder that holds them.
    /// </param>
    public static FolderGraph Read(Type assembly, string root, int depth)
    {
        var graph = new FolderGraph();
        using var module = ModuleDefinition.ReadModule(assembly.Assembly.Location);
        foreach (var type in module.Types.Where(type => FolderOf(type) is not null))
        {
            graph._knows.TryAdd(FolderOf(type)!, new(StringComparer.Ordinal));
            foreach (
                var other in TypeReferences.Of(type)
                    .Where(other => FolderOf(other) is { } folder && folder != FolderOf(type)))
            {
                graph.Add(FolderOf(type)!, FolderOf(other)!, $"{type.Name} knows {other.Name}");
            }
        }

        return graph;

        string? FolderOf(TypeDefinition type) =>
            type.Name.StartsWith('<') ? null // the compiler's own
            : type.Namespace == root || type.Namespace.Length == 0 ? Root
            : type.Namespace.StartsWith($"{root}.", StringComparison.Ordinal)
                ? string.Join('/', type.Namespace[(root.Length + 1)..].Split('.').Take(depth))
            : null; // what a generator adds for another's namespace
    }

    /// <summary>The folders that a folder knows.</summary>
    public IEnumerable<string> KnownBy(string folder) => _knows[folder].Keys;

    /// <summary>The folders that know a folder.</summary>
    public IEnumerable<string> WhoKnow(string folder) =>
        _knows.Where(entry => entry.Value.ContainsKey(folder)).Select(entry => entry.Key);

    /// <summary>
    /// Every reference from one folder to another that is part of a circle: <c>A to B: Type knows Other</c>. Empty
    /// where there is none.
    /// </summary>
    public IReadOnlyList<string> Circles() =>
    [
        .. from folder in _knows
           from other in folder.Value
           where Reaches(other.Key, folder.Key, [])
           from types in other.Value
           select $"{folder.Key} to {other.Key}: {types}",
    ];

    private bool Reaches(string from, string to, HashSet<string> seen) =>
        from == to || (seen.Add(from) && _knows[from].Keys.Any(next => Reaches(next, to, seen)));

    private void Add(string folder, string other, string types)
    {
        _knows.TryAdd(other, new(StringComparer.Ordinal));
        _knows[folder].TryAdd(other, new(StringComparer.Ordinal));
        _knows[folder][other].Add(types);
    }
}
