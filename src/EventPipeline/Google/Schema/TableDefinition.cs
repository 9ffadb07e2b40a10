using System.Globalization;
using System.Text;

namespace EventPipeline.Google.Schema;

/// <summary>A table: as a file of <c>Sql/tables</c> defines it, or as BigQuery describes an existing one.</summary>
/// <param name="Name">Its name within the dataset.</param>
/// <param name="Columns">Its columns, in the order they are written.</param>
/// <param name="PartitionBy">
/// What partitions it, as GoogleSQL writes it: <c>usage_date</c>, <c>DATE(recorded_at)</c>; null when nothing does.
/// </param>
/// <param name="ClusterBy">The columns that cluster it, in order.</param>
/// <param name="PartitionExpirationDays">After how many days a partition is deleted; null when it stays.</param>
/// <param name="RequiresPartitionFilter">
/// Whether a query has to say which partitions it reads, so that nobody reads all of them by mistake.
/// </param>
/// <param name="Description">What it holds; null if it has no description.</param>
internal sealed record TableDefinition(
    string Name,
    IReadOnlyList<ColumnDefinition> Columns,
    string? PartitionBy,
    IReadOnlyList<string> ClusterBy,
    decimal? PartitionExpirationDays,
    bool RequiresPartitionFilter,
    string? Description)
{
    /// <summary>
    /// Reads the text of a file, which holds one statement of the form that <see cref="ToString"/> writes.
    /// </summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="sql">The text.</param>
    /// <exception cref="FormatException">The text is something else; the message says where.</exception>
    public static TableDefinition Parse(string file, string sql) => new TableParser(file, sql).Read();

    /// <summary>The column with a name; null if there is none.</summary>
    public ColumnDefinition? Column(string name) =>
        Columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The statement that creates it if it is missing; <c>{dataset}</c> stands for the dataset.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"CREATE TABLE IF NOT EXISTS {{dataset}}.{Name} (\n  ");
        text.AppendJoin(",\n  ", Columns).Append("\n)");
        if (PartitionBy is not null)
        {
            text.Append("\nPARTITION BY ").Append(PartitionBy);
        }

        if (ClusterBy.Count > 0)
        {
            text.Append("\nCLUSTER BY ").AppendJoin(", ", ClusterBy);
        }

        string?[] options =
        [
            PartitionExpirationDays is { } days ? SetExpiration(days) : null,
            RequiresPartitionFilter ? SetFilter(isRequired: true) : null,
            Description is null ? null : ColumnDefinition.SetDescription(Description),
        ];
        if (options.Any(option => option is not null))
        {
            text.Append("\nOPTIONS (").AppendJoin(", ", options.Where(option => option is not null)).Append(')');
        }

        return text.Append(";\n").ToString();
    }

    /// <summary>The option that lets partitions expire, or stay, as GoogleSQL writes it.</summary>
    public static string SetExpiration(decimal? days) =>
        $"partition_expiration_days = {days?.ToString(CultureInfo.InvariantCulture) ?? "NULL"}";

    /// <summary>The option that makes a filter of partitions a condition of every query, or not.</summary>
    public static string SetFilter(bool isRequired) =>
        $"require_partition_filter = {(isRequired ? "TRUE" : "FALSE")}";
}
