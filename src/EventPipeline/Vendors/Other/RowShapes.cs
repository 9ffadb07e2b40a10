using EventPipeline.Vendors.Json;

namespace EventPipeline.Vendors.Other;

/// <summary>
/// What the settings name of rows and of what rows are in. What they do not name is noted, and in a row distinguishes
/// it from others.
/// </summary>
internal sealed class RowShapes
{
    private readonly List<HashSet<string>> _known;
    private readonly Node _row = new();
    private readonly int _rowLevel;

    /// <param name="way">The way to the rows.</param>
    /// <param name="named">The members that fill columns.</param>
    /// <param name="day">The member that says the day; null for none.</param>
    public RowShapes(RowsPath way, IEnumerable<(RowMember Member, bool IsMeasured)> named, RowMember? day)
    {
        _rowLevel = way.Below.Count;
        _known =
        [
            .. way.Below.Select(step => new HashSet<string>(new[] { step }.OfType<string>(), StringComparer.Ordinal)),
        ];
        foreach (var (member, isMeasured) in named)
        {
            Add(member, isMeasured);
        }

        if (day is not null)
        {
            Add(day, isMeasured: false);
        }
    }

    /// <summary>The members of the objects that a row is in, by level; none where all are data.</summary>
    public IReadOnlyList<IReadOnlySet<string>> Known => _known;

    /// <summary>Names a member that says nothing of use.</summary>
    public void Ignore(RowMember member) => Add(member, isMeasured: false);

    /// <summary>The members of a row.</summary>
    public Shape OfRow() => _row.ToShape();

    private void Add(RowMember member, bool isMeasured)
    {
        if (member.Names.Count == 0)
        {
            return;
        }

        if (member.Level < _rowLevel)
        {
            // Where every member is data, none is unknown.
            if (_known[member.Level].Count > 0)
            {
                _known[member.Level].Add(member.Names[0]);
            }

            return;
        }

        var node = _row;
        foreach (var name in member.Names)
        {
            node = node.Members.TryGetValue(name, out var inner) ? inner : node.Members[name] = new Node();
        }

        node.IsMeasured |= isMeasured;
    }

    private sealed class Node
    {
        public Dictionary<string, Node> Members { get; } = new(StringComparer.Ordinal);

        public bool IsMeasured { get; set; }

        public Shape ToShape() => new()
        {
            Metrics = NamesOf(member => member.Members.Count == 0 && member.IsMeasured),
            Ignored = NamesOf(member => member.Members.Count == 0 && !member.IsMeasured),
            Objects = [.. Members.Where(member => member.Value.Members.Count > 0)
                .Select(member => (member.Key, member.Value.ToShape()))],
        };

        private string[] NamesOf(Func<Node, bool> isMeant) =>
            [.. Members.Where(member => isMeant(member.Value)).Select(member => member.Key)];
    }
}
