namespace EventPipeline.Tests.Scale;

/// <summary>
/// One day of a company: its messages are worked on by ten instances of four requests each, as Terraform sets them.
/// Accounts are asked as often as their vendor allows, and commits wait for BigQuery's pace.
/// </summary>
internal sealed class Morning(Company company)
{
    private const int Instances = 10;
    private const int RequestsPerInstance = 4;
    private const int ReadAtOnce = 4;
    private const double AttemptSeconds = 570;
    private const int InsertsPer10Seconds = 25;

    private readonly Dictionary<string, int> _loads = [];
    private readonly Dictionary<string, int> _partitions = [];
    private readonly Dictionary<(string Vendor, string Account), double> _lines = [];
    private readonly PriorityQueue<double, double> _slots = new(
        Enumerable.Repeat((0.0, 0.0), Instances * RequestsPerInstance));

    private double _nextInsert;
    private double _busy;

    public int Windows { get; private set; }

    public int Messages { get; private set; }

    public int Requests { get; private set; }

    public double Bytes { get; private set; }

    public double LargestQuery { get; private set; }

    /// <summary>When the last message was acknowledged, seconds after the first was pushed.</summary>
    public double Seconds { get; private set; }

    public double InstanceSeconds => _busy / RequestsPerInstance;

    public double Dollars =>
        (Bytes / Costs.Tebibyte * Costs.DollarsPerTebibyte) + (InstanceSeconds * Costs.DollarsPerInstanceSecond);

    /// <summary>The most load jobs that a table took.</summary>
    public int Loads => _loads.Values.DefaultIfEmpty().Max();

    public int AllLoads => _loads.Values.Sum();

    /// <summary>The most changes of partitions that a table took.</summary>
    public int Partitions => _partitions.Values.DefaultIfEmpty().Max();

    /// <summary>
    /// How many attempts a message took at most: one whose account is asked by others first may have to wait longer
    /// than the nine and a half minutes of an attempt.
    /// </summary>
    public int Attempts { get; private set; }

    /// <summary>Works on the messages of a run, in the order of publishing.</summary>
    public void Work(IReadOnlyList<MessageCost> messages)
    {
        var standing = Costs.BytesOfStanding(messages.Sum(message => message.Reads.Count), company.Slices);
        foreach (var message in messages)
        {
            Messages++;
            Windows += message.Reads.Count;
            Requests += message.Requests;
            Bytes += message.Bytes + standing;
            LargestQuery = Math.Max(LargestQuery, message.LargestQuery);
            foreach (var (table, partitions) in message.Loads)
            {
                Add(_loads, table, 1);
                Add(_partitions, table, partitions);
            }

            var began = _slots.Dequeue();
            var committed = Commit(began + Read(message, began) + Costs.SecondsPerMessage);
            _slots.Enqueue(committed, committed);
            _busy += committed - began;
            Seconds = Math.Max(Seconds, committed);
            Attempts = Math.Max(Attempts, (int)Math.Ceiling((committed - began) / AttemptSeconds));
        }
    }

    /// <summary>How long it takes to read a message's windows, four at a time, each account in its turn.</summary>
    private double Read(MessageCost message, double began)
    {
        var turns = new PriorityQueue<double, double>(Enumerable.Repeat((began, began), ReadAtOnce));
        var ended = began;
        foreach (var (vendor, account, seconds) in message.Reads)
        {
            var free = Math.Max(turns.Dequeue(), _lines.GetValueOrDefault((vendor, account))) + seconds;
            _lines[(vendor, account)] = free;
            turns.Enqueue(free, free);
            ended = Math.Max(ended, free);
        }

        return ended - began;
    }

    /// <summary>The windows of a message commit by one insert, which waits for its turn.</summary>
    private double Commit(double ready)
    {
        var turn = Math.Max(ready, _nextInsert);
        _nextInsert = turn + (10.0 / InsertsPer10Seconds);
        return turn + Costs.SecondsPerInsert;
    }

    private static void Add(Dictionary<string, int> counts, string table, int count) =>
        counts[table] = counts.GetValueOrDefault(table) + count;
}
