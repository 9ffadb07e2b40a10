namespace EventPipeline.Local.Simulator.Data;

/// <summary>
/// How a fact is restated. A day's numbers change when it becomes two, three and four days old, and never again.
/// Each value is an age in whole UTC days.
/// </summary>
internal readonly record struct Fate(int AppearsAt, int GrowsAt, int GoneAt)
{
    private const int Never = int.MaxValue;
    private const int FirstAge = 2;
    private const int LastAge = 4;

    /// <summary>
    /// Mostly nothing happens; some facts grow, some come late, a few go away. The first three facts of a day always
    /// grow, one at each age, so that every young day is restated.
    /// </summary>
    public static Fate Draw(Random dice, int index)
    {
        var (chance, age) = (dice.Next(100), dice.Next(FirstAge, LastAge + 1));
        return (index, chance) switch
        {
            ( <= LastAge - FirstAge, _) => new Fate(0, FirstAge + index, Never),
            (_, < 6) => new Fate(0, age, Never),
            (_, < 9) => new Fate(age, Never, Never),
            (_, < 11) => new Fate(0, Never, age),
            _ => new Fate(0, Never, Never),
        };
    }

    public bool IsVisible(int age) => age >= AppearsAt && age < GoneAt;

    /// <summary>Positive quantities are a sixteenth larger, in whole units, once the fact has grown.</summary>
    public IReadOnlyDictionary<string, decimal> At(int age, IReadOnlyDictionary<string, decimal> quantities) =>
        age < GrowsAt ? quantities : quantities.ToDictionary(q => q.Key, q => Grown(q.Value));

    private static decimal Grown(decimal value) => value > 0 ? value + decimal.Ceiling(value / 16) : value;
}
