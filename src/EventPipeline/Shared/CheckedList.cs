namespace EventPipeline.Shared;

/// <summary>
/// A list that a person keeps, read strictly: a mistake anywhere means that nothing of it is taken, and every mistake
/// is found.
/// </summary>
/// <param name="columns">The columns that it may have.</param>
/// <param name="needed">Those that it must have.</param>
internal abstract class CheckedList(IReadOnlyCollection<string> columns, IReadOnlyCollection<string> needed)
{
    private readonly List<string> _mistakes = [];

    /// <summary>Everything that is wrong with what was read.</summary>
    public IReadOnlyList<string> Mistakes => _mistakes;

    /// <summary>Reads the names of the columns; they may come in any order, and in either case.</summary>
    /// <returns>Whether lines can be read with them.</returns>
    public bool TryReadColumns(IReadOnlyList<string> names)
    {
        var before = _mistakes.Count;
        var lower = names.Select(name => name.Trim().ToLowerInvariant()).ToList();
        _mistakes.AddRange(lower.Where(name => !columns.Contains(name)).Select(name =>
            $"There is no column '{Shown.Plain(name, 80)}'. {Nearest.DidYouMeanOneOf(name, columns)}"));
        _mistakes.AddRange(lower.GroupBy(name => name).Where(same => same.Count() > 1).Select(same =>
            $"The column '{Shown.Plain(same.Key, 80)}' is there {same.Count()} times."));
        _mistakes.AddRange(needed.Where(name => !lower.Contains(name)).Select(name =>
            $"The column '{name}' is missing. The columns are {string.Join(',', columns)}."));
        return _mistakes.Count == before;
    }

    /// <summary>Reads a line.</summary>
    /// <param name="number">The line, or of a table the row, counted from 1.</param>
    /// <param name="cell">The text in a column; null where the list does not have it.</param>
    public void Read(int number, Func<string, string?> cell) =>
        Read(new Line(number, column => cell(column)?.Trim() is { Length: > 0 } text ? text : null, _mistakes.Add));

    /// <summary>Reads a line, and says what is wrong with it.</summary>
    protected abstract void Read(Line line);

    /// <summary>One line, while it is read.</summary>
    /// <param name="Number">The line, counted from 1.</param>
    /// <param name="Text">The text in a column; null where it is empty.</param>
    /// <param name="Say">Takes a mistake.</param>
    protected sealed record Line(int Number, Func<string, string?> Text, Action<string> Say)
    {
        /// <summary>Whether nothing was wrong so far.</summary>
        public bool IsRight { get; private set; } = true;

        /// <summary>Notes what is wrong.</summary>
        public void Mistake(string what)
        {
            IsRight = false;
            Say($"Line {Number}: {what}");
        }

        /// <summary>A text that must be there.</summary>
        public string? Required(string column)
        {
            if (Text(column) is { } text)
            {
                return text;
            }

            Mistake($"the {column} is missing.");
            return null;
        }

        /// <summary>A day that must be there.</summary>
        public DateOnly? RequiredDay(string column) => Required(column) is null ? null : Day(column);

        /// <summary>A word of some; null, and a mistake, where it is another or missing.</summary>
        public string? OneOf(string column, IReadOnlyCollection<string> words, string? text)
        {
            if (text is not null && words.Contains(text))
            {
                return text;
            }

            Mistake(text is null
                ? $"the {column} is missing: {string.Join(", ", words)}."
                : $"'{Shown.Plain(text, 80)}' is not a {column}. {Nearest.DidYouMeanOneOf(text, words)}");
            return null;
        }

        /// <summary>A day; null where the cell is empty, or is not a day, which is a mistake.</summary>
        public DateOnly? Day(string column)
        {
            if (Text(column) is not { } text)
            {
                return null;
            }

            if (UtcDay.TryParse(text, out var day) && day > DateOnly.MinValue && day < DateOnly.MaxValue)
            {
                return day;
            }

            Mistake($"'{column}' is '{Shown.Plain(text, 80)}', not a date such as 2026-11-30.");
            return null;
        }
    }
}
