using System.Runtime.InteropServices;

namespace EventPipeline.Shared;

/// <summary>
/// An exact sum for each basis of money. A basis whose sum is zero is the same as one that is absent, so a caller that
/// has to know whether a basis is present counts its rows.
/// </summary>
public sealed class SumsByBasis : IEquatable<SumsByBasis>
{
    private const string Between = ", ";

    // By ordinal name, none of them zero.
    private readonly SortedDictionary<string, decimal> _sums = new(StringComparer.Ordinal);

    private SumsByBasis(IEnumerable<KeyValuePair<string, decimal>> sums)
    {
        foreach (var (basis, sum) in sums.Where(one => one.Value != 0))
        {
            _sums.Add(basis, sum);
        }
    }

    /// <summary>Nothing of any basis.</summary>
    public static SumsByBasis None { get; } = new([]);

    /// <summary>What is billed, US dollars.</summary>
    public decimal BilledUsd => this[CostBasis.Billed];

    /// <summary>What is estimated, US dollars.</summary>
    public decimal EstimatedUsd => this[CostBasis.Estimated];

    /// <summary>What is neither.</summary>
    public SumsByBasis Others => With(CostBasis.Billed, 0).With(CostBasis.Estimated, 0);

    /// <summary>What is neither, US dollars by the name of its basis; null where there is none.</summary>
    public IReadOnlyDictionary<string, decimal>? OtherUsd => Others.ByName is { Count: > 0 } others ? others : null;

    /// <summary>The sums that are not zero, by the name of the basis.</summary>
    public IReadOnlyDictionary<string, decimal> ByName => _sums;

    /// <summary>The sum of a basis; 0 where it is absent.</summary>
    public decimal this[string basis] => _sums.GetValueOrDefault(basis);

    /// <summary>The sums of what is billed, what is estimated, and what is neither.</summary>
    public static SumsByBasis Create(
        decimal billedUsd, decimal estimatedUsd, IReadOnlyDictionary<string, decimal>? otherUsd = null) =>
        new SumsByBasis(otherUsd ?? None.ByName)
            .With(CostBasis.Billed, billedUsd)
            .With(CostBasis.Estimated, estimatedUsd);

    /// <summary>The same with another sum of one basis.</summary>
    public SumsByBasis With(string basis, decimal sum) =>
        new(_sums.Where(one => one.Key != basis).Append(KeyValuePair.Create(basis, sum)));

    /// <summary>Adds up several, basis by basis. What a meter shows is not added and is left out.</summary>
    /// <exception cref="OverflowException">A sum has more digits than a <see cref="decimal"/> holds.</exception>
    public static SumsByBasis Total(IEnumerable<SumsByBasis> parts)
    {
        var adder = new Adder();
        foreach (var (basis, sum) in parts.SelectMany(part => part._sums).Where(one => one.Key != CostBasis.Cumulative))
        {
            adder.Add(basis, sum);
        }

        return adder.Sums;
    }

    /// <summary>Reads what <see cref="ToString"/> writes, and a query's <c>STRING_AGG</c> of the same.</summary>
    /// <exception cref="FormatException">It is not such text.</exception>
    public static SumsByBasis Parse(string text)
    {
        var adder = new Adder();
        foreach (var part in text.Split(Between, StringSplitOptions.RemoveEmptyEntries))
        {
            var space = part.LastIndexOf(' ');
            if (space < 0
                || !Money.TryParse(part.AsSpan(space + 1), Money.AsIs, out var sum, out var rounded)
                || rounded)
            {
                throw new FormatException($"'{part}' is not a sum of a basis.");
            }

            adder.Add(part[..space], sum);
        }

        return adder.Sums;
    }

    public bool Equals(SumsByBasis? other) => other is not null && _sums.SequenceEqual(other._sums);

    public override bool Equals(object? obj) => Equals(obj as SumsByBasis);

    public override int GetHashCode() => _sums.Aggregate(0, HashCode.Combine);

    /// <summary>In ordinal order: <c>billed 1.5, list 2</c>.</summary>
    public override string ToString() =>
        string.Join(Between, _sums.Select(one => $"{one.Key} {DecimalAsString.Text(one.Value)}"));

    /// <summary>Adds up, one amount after the other.</summary>
    internal sealed class Adder
    {
        private readonly Dictionary<string, ExactSum> _sums = new(StringComparer.Ordinal);

        /// <summary>What was added so far.</summary>
        /// <exception cref="OverflowException">A sum has more digits than a <see cref="decimal"/> holds.</exception>
        public SumsByBasis Sums => new(_sums.Select(one => KeyValuePair.Create(one.Key, one.Value.Value)));

        public void Add(string basis, decimal amount) =>
            CollectionsMarshal.GetValueRefOrAddDefault(_sums, basis, out _).Add(amount);
    }
}
