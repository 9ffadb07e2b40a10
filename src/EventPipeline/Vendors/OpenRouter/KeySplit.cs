namespace EventPipeline.Vendors.OpenRouter;

/// <summary>
/// Splits a day's rows by API key. The vendor shows a key's part of a row only when it is asked for that key; what no
/// known key accounts for is left without one. The sums stay those of the whole.
/// </summary>
internal sealed class KeySplit
{
    // The vendor adds binary fractions, in another order for a key than for all: a difference like that is nobody's.
    private const decimal Noise = 0.000_000_001m;

    private readonly Dictionary<ActivityIdentity, Row> _rows = [];

    /// <summary>Begins with the whole.</summary>
    /// <returns>False where two rows cannot be told apart: there is no telling whose part a part is.</returns>
    public bool TryBegin(IEnumerable<ActivityRow> whole) =>
        whole.All(row => _rows.TryAdd(row.Identity, new Row(row)));

    /// <summary>Whether the known keys account for all of a workspace.</summary>
    public bool IsComplete(string? workspace) =>
        _rows.Values.Where(row => row.Rest.Identity.Workspace == workspace).All(row => row.IsSpent);

    /// <summary>Takes a key's parts.</summary>
    /// <returns>False where they are no parts of the whole: it has changed meanwhile.</returns>
    public bool TryTake(string keyHash, IEnumerable<ActivityRow> parts) => parts.All(part =>
        _rows.TryGetValue(part.Identity, out var row) && row.TryTake(part with { ApiKeyHash = keyHash }));

    /// <summary>The parts, and what is left.</summary>
    public IEnumerable<ActivityRow> Rows() => _rows.Values.SelectMany(row => row.All());

    private sealed class Row(ActivityRow whole)
    {
        private readonly ActivityRow _whole = whole;
        private readonly List<ActivityRow> _parts = [];

        public ActivityRow Rest { get; private set; } = whole;

        public bool IsSpent => Rest.CountsNothing && IsNoise(Rest.Usage) && IsNoise(Rest.Byok);

        public bool TryTake(ActivityRow part)
        {
            if (Rest.Less(part) is not { Requests: >= 0, Prompt: >= 0, Completion: >= 0 } rest
                || rest.Reasoning < 0
                || IsOverdrawn(_whole.Usage, rest.Usage)
                || IsOverdrawn(_whole.Byok, rest.Byok))
            {
                return false;
            }

            Rest = rest;
            _parts.Add(part);
            return true;
        }

        public IEnumerable<ActivityRow> All()
        {
            if (_parts.Count == 0 || !IsSpent)
            {
                return [.. _parts, Rest];
            }

            // So that the sum is the vendor's to the last digit.
            var last = _parts[^1];
            return Money.TryAdd(last.Usage, Rest.Usage, out var usage)
                && Money.TryAdd(last.Byok, Rest.Byok, out var byok)
                ? [.. _parts[..^1], last with { Usage = usage, Byok = byok }]
                : [.. _parts, Rest];
        }

        private static bool IsNoise(decimal usd) => Math.Abs(usd) < Noise;

        private static bool IsOverdrawn(decimal whole, decimal rest) => whole >= 0 && rest <= -Noise;
    }
}
