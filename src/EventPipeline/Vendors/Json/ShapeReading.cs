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
    public void Add(JsonValue value, ref RowWords words)
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

        public IReadOnlySet<string> Types { get; init; } = new HashSet<string>();

        public void Add(JsonValue value, ref RowWords words)
        {
            var isNull = value.IsNull;
            switch (kind)
            {
                case MemberKind.Object when value.Kind == JsonValueKind.Object:
                    Inner!.Add(value, ref words);
                    break;
                case MemberKind.Metric or MemberKind.Object:
                    words = isNull
                        ? words
                        : words with { Values = unchecked(words.Values + Canonical.Metric(path, value)) };
                    break;
                case MemberKind.Trait:
                    words = isNull
                        ? words
                        : words with { Others = unchecked(words.Others + Canonical.Hash(path, value)) };
                    break;
                case MemberKind.Dimension when isNull:
                case MemberKind.Ignored:
                case null when IsType(value):
                    break;
                case MemberKind.Dimension:
                    value.Values.Conversation.Note(
                        $"{value.Path} is present although it was not requested: it distinguishes rows");
                    words = Unknown(value, words);
                    break;
                default:
                    value.Values.Conversation.Note(value.Path);
                    words = Unknown(value, words);
                    break;
            }
        }

        private bool IsType(JsonValue value) => Types.Count > 0
            && value.Kind == JsonValueKind.String
            && Types.Contains(new Fields(value).StringOf(value));

        private RowWords Unknown(JsonValue value, RowWords words)
        {
            var sums = default(LeafSums);
            sums.Add(path, value);
            return words with
            {
                Texts = unchecked(words.Texts + sums.Texts),
                Others = unchecked(words.Others + sums.Others),
                HasUnknown = true,
            };
        }
    }
}
