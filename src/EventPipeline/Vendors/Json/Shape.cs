using System.Collections.Frozen;

namespace EventPipeline.Vendors.Json;

/// <summary>The documented members of one kind of object, and what each is for.</summary>
internal sealed class Shape
{
    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);

    /// <summary>
    /// What may distinguish rows. Those in the natural key add nothing; any other that is present makes a separate row.
    /// </summary>
    public IEnumerable<string> Dimensions
    {
        init => Add(value, MemberKind.Dimension);
    }

    /// <summary>What is measured.</summary>
    public IEnumerable<string> Metrics
    {
        init => Add(value, MemberKind.Metric);
    }

    /// <summary>
    /// Known texts beside a metric, such as its unit: they distinguish rows that share a natural key.
    /// </summary>
    public IEnumerable<string> Traits
    {
        init => Add(value, MemberKind.Trait);
    }

    /// <summary>What is the same in every row, or read elsewhere: it distinguishes nothing.</summary>
    public IEnumerable<string> Ignored
    {
        init => Add(value, MemberKind.Ignored);
    }

    /// <summary>The names that <c>object</c> may hold; any other makes a separate row.</summary>
    public IEnumerable<string> Types
    {
        init => ObjectTypes = value.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Objects within, by name.</summary>
    public IEnumerable<(string Name, Shape Shape)> Objects
    {
        init
        {
            foreach (var (name, shape) in value)
            {
                _members.Add(name, new Member(MemberKind.Object, shape));
            }
        }
    }

    /// <summary>See <see cref="Types"/>.</summary>
    public FrozenSet<string> ObjectTypes { get; private init; } = [];

    /// <summary>What a member is; null if it is undocumented.</summary>
    public Member? Find(string name) => _members.TryGetValue(name, out var member) ? member : null;

    private void Add(IEnumerable<string> names, MemberKind kind)
    {
        foreach (var name in names)
        {
            _members.Add(name, new Member(kind));
        }
    }

    /// <summary>One member.</summary>
    /// <param name="Kind">What it is for.</param>
    /// <param name="Shape">What it looks like, where it is an object.</param>
    public readonly record struct Member(MemberKind Kind, Shape? Shape = null);
}

/// <summary>What a member of an object is for.</summary>
internal enum MemberKind
{
    Dimension,
    Metric,
    Trait,
    Ignored,
    Object,
}
