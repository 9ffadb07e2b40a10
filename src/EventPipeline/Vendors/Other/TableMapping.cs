using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;

namespace EventPipeline.Vendors.Other;

/// <summary>Where a column that distinguishes rows is filled from.</summary>
/// <param name="Column">The column; of what goes into <c>dimensions</c> or <c>details</c>, its name there.</param>
/// <param name="Constant">What every row has; null where the row says it.</param>
/// <param name="Member">Where the row says it; null where every row has the same.</param>
internal sealed record TextSource(string Column, string? Constant, RowMember? Member)
{
    public string? Read(Row row) => Member is null ? Constant : row.Text(Member);
}

/// <summary>Where a column that is measured is filled from: members of the row that are added and subtracted.</summary>
/// <param name="Column">The column.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Terms">The members, and whether each is subtracted.</param>
internal sealed record NumberSource(
    string Column, ColumnKind Kind, IReadOnlyList<(RowMember Member, bool IsSubtracted)> Terms)
{
    /// <summary>The number; null where the row has none of its terms. One that is missing beside others is 0.</summary>
    public decimal? Read(Row row, int shift)
    {
        decimal? sum = null;
        foreach (var (member, isSubtracted) in Terms)
        {
            if (row.Number(member, Kind == ColumnKind.Money ? shift : Money.AsIs) is { } term)
            {
                sum = Money.TryAdd(sum ?? 0, isSubtracted ? -term : term, out var more)
                    ? more
                    : throw row.Broken($"has numbers for '{Column}' that add up to more than 28 digits");
            }
        }

        return sum is not null && Kind == ColumnKind.Count
            && (!decimal.IsInteger(sum.Value) || sum < 0 || sum > long.MaxValue)
            ? throw row.Broken(
                FormattableString.Invariant($"gives {sum} for '{Column}', which takes a whole number from 0 to 2^63"))
            : sum;
    }
}

/// <summary>How rows become rows of one table.</summary>
/// <param name="Table">The table.</param>
/// <param name="Texts">The columns that distinguish rows, in the order of the row key.</param>
/// <param name="Others">What distinguishes rows and has no column.</param>
/// <param name="Numbers">The columns that are measured.</param>
/// <param name="Basis">The kind of its money; empty where it has none.</param>
/// <param name="Shift">The power of ten that turns its amounts into dollars.</param>
internal sealed record TableMapping(
    TableColumns Table,
    IReadOnlyList<TextSource> Texts,
    IReadOnlyList<TextSource> Others,
    IReadOnlyList<NumberSource> Numbers,
    string Basis,
    int Shift)
{
    /// <summary>What it makes of a row; null where the row leaves null what the table is about.</summary>
    /// <exception cref="RejectedEventException">It is not there at all.</exception>
    public MappedRow? Read(Row row, RowWords words, FetchContext fetch, string grain, DateOnly day)
    {
        var numbers = Numbers.Select(source => source.Read(row, Shift)).ToList();
        var amount = Numbers.Index().FirstOrDefault(source => Table.Required.Contains(source.Item.Column), (-1, null!));
        if (amount.Index >= 0 ? numbers[amount.Index] is null : numbers.TrueForAll(number => number is null))
        {
            RequireNull(row, amount.Index >= 0 ? [amount.Item] : Numbers);
            return null;
        }

        var texts = Texts.Concat(Others).Select(source => (source.Column, source.Read(row))).ToList();
        var key = NaturalKey.Create(fetch, grain, day, [("table", Table.Table), .. texts]);
        return new MappedRow(
            this,
            day,
            key,
            words,
            [.. texts.Select(text => text.Item2)],
            numbers);
    }

    /// <summary>What is null is not known, and makes no row; what is not there may have another name.</summary>
    private void RequireNull(Row row, IReadOnlyList<NumberSource> wanted)
    {
        var columns = string.Join(", ", wanted.Select(source => source.Column));
        if (!wanted.SelectMany(source => source.Terms).Any(term => row.Has(term.Member)))
        {
            throw row.Broken($"has nothing where the settings say that {columns} is");
        }

        row.Fields.Note($" leaves {columns} null: it makes no row of the table {Table.Table}");
    }
}
