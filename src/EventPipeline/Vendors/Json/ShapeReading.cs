using System.Collections.Frozen;
using System.Text.Json;
using EventPipeline.Vendors.Keys;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// How objects of one shape are read beside their keys: what each member is for is looked up once, when its name is
/// first met.
/// </summary>
/// <param name="names">The numbers of the names.</param>
/// <param name="shape">The documented shape.</param>
/// <param name="keyed">The dimensions that are in the natural key.</param>
/// <param name="path">Where the object is in the hashes of its members.</param>
internal sealed class ShapeReading(
    JsonNames names, Shape shape, IReadOnlyCollection<string> keyed, CanonicalPath path)
{
    private Member?[] _members = [];

    /// <summary>One that was made earlier.</summary>
    public ShapeReading? Older { get; init; }

    /// <summary>Whether it reads objects of this shape.</summary>
    public bool IsOf(Shape other, IReadOnlyCollection<string> otherKeyed) =>
        ReferenceEquals(shape, other) && ReferenceEquals(keyed, otherKeyed);

    /// <summary>Adds what an object says beside its key.</summary>
    public void Add(JsonValue value, ref WordSums words)
    {
        foreach (var child in value.Children)
        {
            Find(child).Add(child, ref words);
        }
    }

    private Member Find(JsonValue child)
    {
        var number = child.NameNumber;
        if (number >= _members.Length)
        {
            Array.Resize(ref _members, names.Count * 2);
        }

        return _members[number] ??= Create(names[number]);
    }

    private Member Create(string name)
    {
        var here = path.Member(name);
        return shape.Find(name) switch
        {
            { Kind: MemberKind.Object, Shape: { } inner } =>
                new Member(MemberKind.Object, here) { Inner = new ShapeReading(names, inner, [], here) },
            { Kind: MemberKind.Dimension } when keyed.Contains(name) => new Member(MemberKind.Ignored, here),
            { } known => new Member(known.Kind, here),
            null => new Member(null, here) { Types = name == "object" ? shape.ObjectTypes : [] },
        };
    }

    /// <summary>What a member is for; its kind is null where it is undocumented.</summary>
    private sealed class Member(MemberKind? kind, CanonicalPath path)
    {
        public ShapeReading? Inner { get; init; }

        public FrozenSet<string> Types { get; init; } = [];

        public void Add(JsonValue value, ref WordSums words)
        {
            var isNull = value.IsNull;
            switch (kind)
            {
                case MemberKind.Object when value.Kind == JsonValueKind.Object:
                    Inner!.Add(value, ref words);
                    break;
                case MemberKind.Metric or MemberKind.Object:
                    words.Values = unchecked(words.Values + (isNull ? 0 : Canonical.Metric(path, value)));
                    break;
                case MemberKind.Trait:
                    words.Leaves.Others = unchecked(
                        words.Leaves.Others + (isNull ? 0 : Canonical.Hash(path, value)));
                    break;
                case MemberKind.Dimension when isNull:
                case MemberKind.Ignored:
                case null when IsType(value):
                    break;
                case MemberKind.Dimension:
                    value.Values.Conversation.Note(
                        $"{value.Path} is present although it was not requested: it distinguishes rows");
                    AddUnknown(value, ref words);
                    break;
                default:
                    value.Values.Conversation.Note(value.Path);
                    AddUnknown(value, ref words);
                    break;
            }
        }

        private bool IsType(JsonValue value) => Types.Count > 0
            && value.Kind == JsonValueKind.String
            && Types.Contains(new Fields(value).StringOf(value));

        private void AddUnknown(JsonValue value, ref WordSums words)
        {
            words.Leaves.Add(path, value);
            words.HasUnknown = true;
        }
    }
}

/// <summary>What a row says beside its key, as far as it has been added up.</summary>
internal struct WordSums
{
    /// <summary>See <see cref="RowWords.Values"/>.</summary>
    public UInt128 Values;

    /// <summary>See <see cref="RowWords.Texts"/> and <see cref="RowWords.Others"/>.</summary>
    public LeafSums Leaves;

    /// <summary>See <see cref="RowWords.HasUnknown"/>.</summary>
    public bool HasUnknown;
}
