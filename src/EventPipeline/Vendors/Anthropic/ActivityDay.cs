using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>The rows of one UTC day of an activity report: one of each person or thing.</summary>
/// <param name="fetch">What is read.</param>
/// <param name="day">The day.</param>
internal sealed class ActivityDay(FetchContext fetch, DateOnly day)
{
    /// <summary>The id in the tables where the vendor hides it.</summary>
    public const string Hidden = "(hidden)";

    private readonly Dictionary<UInt128, int> _hidden = [];

    public DateOnly Day => day;

    /// <summary>The record of a row, without what it counts.</summary>
    /// <param name="row">The row.</param>
    /// <param name="shape">Its documented shape.</param>
    /// <param name="type">What it is about, in the words of the tables.</param>
    /// <param name="idName">What its id is called in the natural key.</param>
    /// <param name="id">Its id; null where the vendor hides it.</param>
    /// <param name="also">What tells apart rows of one id, in the natural key.</param>
    public ActivityRecord About(
        Fields row,
        Shape shape,
        string type,
        string idName,
        string? id,
        params IEnumerable<(string Name, string? Value)> also)
    {
        var (grain, said) = ($"{type}.v1", row.Hash());
        return new ActivityRecord
        {
            RowKey = id is null
                ? HiddenKey(row, grain, idName, said)
                : NaturalKey.Create(fetch, grain, day, [(idName, id), .. also]),
            Words = row.Words(shape, []) with { Values = said },
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = grain,
            UsageDate = day,
            Product = "claude",
            ActorType = type,
            ActorId = id ?? Hidden,
        };
    }

    /// <summary>The record of the one row that is about all of the organisation.</summary>
    public ActivityRecord AboutOrganization(Fields row, Shape shape) =>
        About(row, shape, "organization", "organization", fetch.AccountId);

    /// <summary>An id; null where the vendor says null or nothing, and so hides whose row it is.</summary>
    /// <exception cref="RejectedEventException">The member is missing.</exception>
    public static string? IdOf(Fields holder, string name) => holder.Identifier(name)
        ?? (holder.Names().Contains(name) ? null : throw holder.Broken(name, "is missing"));

    /// <summary>
    /// Rows that do not say whose they are, are told apart by what they say, and those that say the same by number:
    /// each is a row, in whatever order they come.
    /// </summary>
    private RowKey HiddenKey(Fields row, string grain, string idName, UInt128 said)
    {
        var number = _hidden[said] = _hidden.GetValueOrDefault(said) + 1;
        row.Note($" has no {idName}: it is a row of its own");
        return NaturalKey.Create(
            fetch,
            grain,
            day,
            (idName, null),
            ("said", FormattableString.Invariant($"{said:x32}")),
            ("number", FormattableString.Invariant($"{number}")));
    }
}
