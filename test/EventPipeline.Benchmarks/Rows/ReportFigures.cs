using EventPipeline.Benchmarks.Reporting;
using EventPipeline.Benchmarks.Vendors;

namespace EventPipeline.Benchmarks.Rows;

/// <summary>The figures of one report's rows.</summary>
internal sealed class ReportFigures
{
    private const string Micros = "µs CPU a row";

    public ReportFigures(Report report, int rows)
    {
        (Report, Rows) = (report, rows);
        Table = new Table($"A row of {report.Name}");
        Bytes = Table.Add("the page", "bytes a row");
        Tokens = Table.Add("(a) tokens only", Micros);
        WholePage = Table.Add("(b) whole page", Micros);
        OnePass = Table.Add("(b2) one pass", Micros);
        Deployable = new ServiceFigures(Table, "deployable", OnePass, Goal.AtMost(4), Goal.AtMost(500));
        Local = new ServiceFigures(Table, "Local", OnePass, Goal.AtMost(8), bytes: null);
    }

    public Report Report { get; }

    public int Rows { get; }

    public Table Table { get; }

    public Line Bytes { get; }

    public Line Tokens { get; }

    public Line WholePage { get; }

    public Line OnePass { get; }

    public ServiceFigures Deployable { get; }

    public ServiceFigures Local { get; }

    /// <summary>What the rows cost one service.</summary>
    internal sealed class ServiceFigures
    {
        public ServiceFigures(Table table, string program, Line onePass, Goal micros, Goal? bytes)
        {
            Read = table.Add($"{program}, read (dry run)", Micros, onePass);
            Loaded = table.Add($"{program}, loaded", Micros, onePass, micros);
            Unchanged = table.Add($"{program}, unchanged", Micros, Read, Goal.RatioAtMost(1.2));
            OneDay = table.Add($"{program}, one day of seven changed", Micros, Read);
            OneDayWritten = table.Add($"{program}, rows written then", "of each row read", null, Goal.AtMost(0.15));
            AllocatedRead = table.Add($"{program}, allocated when read", "bytes a row");
            AllocatedLoaded = table.Add($"{program}, allocated when loaded", "bytes a row", null, bytes);
        }

        public Line Read { get; }

        public Line Loaded { get; }

        public Line Unchanged { get; }

        public Line OneDay { get; }

        public Line OneDayWritten { get; }

        public Line AllocatedRead { get; }

        public Line AllocatedLoaded { get; }
    }
}
