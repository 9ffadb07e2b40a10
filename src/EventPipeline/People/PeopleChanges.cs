namespace EventPipeline.People;

/// <summary>A record that an import adds, and who the id belonged to before.</summary>
internal sealed record PeopleChange(Ownership Now, Owner Before);

/// <summary>What a list of people changes.</summary>
/// <param name="Changes">The records to add.</param>
/// <param name="Missing">The ids that somebody owns and the list does not name.</param>
/// <param name="Mistakes">Lines that contradict each other.</param>
internal sealed record PeopleChanges(
    IReadOnlyList<PeopleChange> Changes, IReadOnlyList<OwnedId> Missing, IReadOnlyList<string> Mistakes)
{
    /// <summary>
    /// Compares a list with what is recorded. A line that names no first day is true from <paramref name="day"/> on, or
    /// always has been where nothing was known of the id: what was reported of earlier days stays. Days that the
    /// list says nothing of stay as they are.
    /// </summary>
    /// <param name="lines">The list.</param>
    /// <param name="recorded">What is recorded, one record for an id and first day.</param>
    /// <param name="day">The day from which on a line is true that names none, UTC.</param>
    /// <param name="endMissing">Whether ids that the list does not name belong to nobody from that day on.</param>
    public static PeopleChanges Create(
        IEnumerable<PeopleLine> lines, IEnumerable<Ownership> recorded, DateOnly day, bool endMissing)
    {
        var known = recorded.GroupBy(one => one.Id).ToDictionary(
            of => of.Key, of => new SortedList<DateOnly, Owner>(of.ToDictionary(one => one.From, one => one.Owner)));
        var (changes, mistakes) = (new List<PeopleChange>(), new List<string>());
        var listed = lines.GroupBy(line => line.Id).ToDictionary(of => of.Key, of => of.ToList());
        foreach (var (id, of) in listed)
        {
            var before = known.GetValueOrDefault(id) ?? [];
            var first = before.Count == 0 || of.Count > 1 ? Ownership.Always : day;
            var ordered = of.Select(line => line with { From = line.From ?? first })
                .OrderBy(line => line.From)
                .ToList();
            var contradictions = Contradictions(id, ordered).ToList();
            mistakes.AddRange(contradictions);
            if (contradictions.Count == 0)
            {
                changes.AddRange(Differences(id, before, After(before, ordered)));
            }
        }

        var missing = known.Where(one => !listed.ContainsKey(one.Key) && !At(one.Value, day).IsNobody)
            .Select(one => one.Key)
            .ToList();
        if (endMissing)
        {
            foreach (var id in missing)
            {
                var after = new SortedList<DateOnly, Owner>(known[id]);
                Set(after, day, null, Owner.Nobody);
                changes.AddRange(Differences(id, known[id], after));
            }
        }

        return new PeopleChanges(
            [.. changes.OrderBy(change => change.Now.Id.ToString()).ThenBy(change => change.Now.From)],
            missing,
            mistakes);
    }

    private static IEnumerable<string> Contradictions(OwnedId id, List<PeopleLine> ordered) =>
        from two in ordered.Zip(ordered.Skip(1))
        where two.First.From == two.Second.From || two.First.To >= two.Second.From
        let numbers = new[] { two.First.Number, two.Second.Number }.Order().ToList()
        let days = two.Second.From == Ownership.Always ? "the same days" : $"{two.Second.From:yyyy-MM-dd}"
        select $"Lines {numbers[0]} and {numbers[1]}: both say who owns {id} on {days}. Give each a 'from', and a 'to' "
            + "to what ends before the next begins.";

    private static SortedList<DateOnly, Owner> After(
        SortedList<DateOnly, Owner> before, List<PeopleLine> ordered)
    {
        var after = new SortedList<DateOnly, Owner>(before);
        for (var i = 0; i < ordered.Count; i++)
        {
            var (line, next) = (ordered[i], i + 1 < ordered.Count ? ordered[i + 1].From : null);
            Set(after, line.From!.Value, line.To?.AddDays(1) ?? next, line.Owner);
            if (line.To is { } last && last.AddDays(1) != next)
            {
                Set(after, last.AddDays(1), next, Owner.Nobody);
            }
        }

        return after;
    }

    /// <summary>
    /// Makes an id belong to somebody on every day from one on until another, whatever was recorded of days between.
    /// </summary>
    private static void Set(SortedList<DateOnly, Owner> records, DateOnly from, DateOnly? until, Owner owner)
    {
        if (until is { } end)
        {
            records.TryAdd(end, At(records, end));
        }

        foreach (var start in records.Keys.Where(start => start > from && !(start >= until)).Append(from).ToList())
        {
            records[start] = owner;
        }
    }

    /// <summary>The records that are new or differ; one that says what the record before it says is left out.</summary>
    private static IEnumerable<PeopleChange> Differences(
        OwnedId id, SortedList<DateOnly, Owner> before, SortedList<DateOnly, Owner> after)
    {
        var previous = Owner.Nobody;
        foreach (var (start, owner) in after)
        {
            if (before.TryGetValue(start, out var was) ? was != owner : previous != owner)
            {
                yield return new PeopleChange(new Ownership(id, start, owner), At(before, start));
            }

            previous = owner;
        }
    }

    private static Owner At(SortedList<DateOnly, Owner> records, DateOnly day) =>
        records.LastOrDefault(record => record.Key <= day).Value ?? Owner.Nobody;
}
