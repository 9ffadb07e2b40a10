using EventPipeline.People;

namespace EventPipeline.Tests.People;

/// <summary>What a list changes of who owned what on which day, and what it leaves as it was.</summary>
public sealed class PeopleChangesTests
{
    private static readonly DateOnly Today = new(2026, 11, 30);
    private static readonly OwnedId Key = new("anthropic", "api_key", "apikey_1");
    private static readonly Owner Red = Owner.Nobody with { Team = "red" };
    private static readonly Owner Blue = Owner.Nobody with { Team = "blue" };

    private int _line = 1;

    [Fact]
    public void What_was_unknown_belongs_to_its_owner_since_ever() =>
        Changes([], Line(Red)).ShouldBe([(Ownership.Always, Red)]);

    [Fact]
    public void Who_moves_takes_the_days_from_now_on_along_and_no_earlier_one() =>
        Changes([(Ownership.Always, Red)], Line(Blue)).ShouldBe([(Today, Blue)]);

    [Fact]
    public void What_is_known_changes_nothing() =>
        Changes([(Ownership.Always, Blue), (Day(3), Red)], Line(Red)).ShouldBeEmpty();

    [Fact]
    public void A_line_with_a_first_day_is_true_from_that_day_on_whatever_was_recorded_of_later_ones() =>
        Changes([(Ownership.Always, Red), (Day(6), Red with { CostCenter = "7" })], Line(Blue, Day(3)))
            .ShouldBe([(Day(3), Blue), (Day(6), Blue)]);

    [Fact]
    public void A_period_ends_and_then_nobody_owns_it() =>
        Changes([], Line(Red, Day(1), Day(2))).ShouldBe([(Day(1), Red), (Day(2).AddDays(1), Owner.Nobody)]);

    [Fact]
    public void What_is_recorded_after_an_inserted_period_goes_on_as_it_was() =>
        Changes(
            [(Ownership.Always, Red)], Line(Blue, Day(1), Day(2)), Line(Red, Day(2).AddDays(1)))
            .ShouldBe([(Day(1), Blue), (Day(2).AddDays(1), Red)]);

    [Fact]
    public void A_whole_history_is_recorded_as_it_is_written() =>
        Changes([], Line(Blue, Day(5)), Line(Red), Line(Red with { CostCenter = "7" }, Day(3)))
            .ShouldBe([(Ownership.Always, Red), (Day(3), Red with { CostCenter = "7" }), (Day(5), Blue)]);

    [Fact]
    public void Importing_it_again_changes_nothing()
    {
        PeopleLine[] lines = [Line(Red, Day(1), Day(2)), Line(Blue, Day(4))];
        var first = Changes([], lines);

        Changes([.. first], lines).ShouldBeEmpty();
    }

    [Fact]
    public void Lines_that_contradict_each_other_are_said()
    {
        var changes = PeopleChanges.Create([Line(Red, Day(1), Day(3)), Line(Blue, Day(3))], [], Today, false);

        changes.Changes.ShouldBeEmpty();
        changes.Mistakes.ShouldHaveSingleItem().ShouldBe(
            "Lines 2 and 3: both say who owns anthropic api_key apikey_1 on 2026-03-01. Give each a 'from', and a 'to' "
                + "to what ends before the next begins.");
    }

    [Fact]
    public void What_a_list_does_not_name_stays_unless_it_is_to_end()
    {
        Ownership[] recorded = [new(Key, Ownership.Always, Red), new(Key with { Id = "gone" }, Day(1), Owner.Nobody)];

        var stays = PeopleChanges.Create([], recorded, Today, endMissing: false);
        var ends = PeopleChanges.Create([], recorded, Today, endMissing: true);

        stays.Changes.ShouldBeEmpty();
        stays.Missing.ShouldBe([Key]);
        ends.Changes.ShouldBe([new PeopleChange(new Ownership(Key, Today, Owner.Nobody), Red)]);
    }

    /// <summary>
    /// Against a record of every single day: after an import each day that the list speaks of has the list's owner, and
    /// every other the one that it had.
    /// </summary>
    [Fact]
    public void Every_day_has_the_owner_that_the_list_says_or_that_it_had()
    {
        var random = new Random(11);
        for (var round = 0; round < 500; round++)
        {
            var recorded = Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(40)).Distinct()
                .ToDictionary(day => Day(1).AddDays(day), _ => Any(random));
            var starts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(40))
                .Distinct()
                .Order()
                .ToList();
            List<PeopleLine> lines = [];
            foreach (var (i, start) in starts.Index())
            {
                var next = i + 1 < starts.Count ? starts[i + 1] : 60;
                var end = random.Next(2) == 0 ? null : (int?)random.Next(start, next);
                lines.Add(Line(Any(random), Day(1).AddDays(start), end is { } to ? Day(1).AddDays(to) : null));
            }

            var after = new SortedList<DateOnly, Owner>(recorded);
            foreach (var (from, owner) in Changes([.. recorded.Select(one => (one.Key, one.Value))], [.. lines]))
            {
                after[from] = owner;
            }

            var before = new SortedList<DateOnly, Owner>(recorded);
            for (var day = Day(1); day < Day(1).AddDays(70); day = day.AddDays(1))
            {
                var said = lines.LastOrDefault(line => line.From <= day);
                var expected = said is null ? At(before, day)
                    : said.To < day ? Owner.Nobody
                    : said.Owner;
                At(after, day).ShouldBe(expected, $"round {round}, {day}");
            }
        }
    }

    private static Owner Any(Random random) => random.Next(3) switch { 0 => Red, 1 => Blue, _ => Owner.Nobody };

    private static Owner At(SortedList<DateOnly, Owner> records, DateOnly day) =>
        records.LastOrDefault(record => record.Key <= day).Value ?? Owner.Nobody;

    private static DateOnly Day(int month) => new(2026, month, 1);

    private PeopleLine Line(Owner owner, DateOnly? from = null, DateOnly? to = null) =>
        new(++_line, Key, owner, from, to);

    private static List<(DateOnly From, Owner Owner)> Changes(
        (DateOnly From, Owner Owner)[] recorded, params PeopleLine[] lines)
    {
        var changes = PeopleChanges.Create(
            lines, recorded.Select(one => new Ownership(Key, one.From, one.Owner)), Today, endMissing: false);
        changes.Mistakes.ShouldBeEmpty();
        return [.. changes.Changes.Select(change => (change.Now.From, change.Now.Owner))];
    }
}
