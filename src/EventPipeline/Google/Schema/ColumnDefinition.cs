using System.Text;

namespace EventPipeline.Google.Schema;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name; BigQuery compares names without case.</param>
/// <param name="Type">Its type as GoogleSQL writes it: <c>STRING</c>, <c>BIGNUMERIC(38, 18)</c>.</param>
/// <param name="IsRequired">Whether it is <c>NOT NULL</c>, which the API calls <c>REQUIRED</c>.</param>
/// <param name="Description">What it holds; null if it has no description.</param>
internal sealed record ColumnDefinition(string Name, string Type, bool IsRequired, string? Description)
{
    /// <summary>The mode as the API calls it.</summary>
    public string Mode => IsRequired ? "REQUIRED" : "NULLABLE";

    /// <summary>The column as <c>CREATE TABLE</c> and <c>ADD COLUMN</c> take it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Name} {Type}");
        if (IsRequired)
        {
            text.Append(" NOT NULL");
        }

        if (Description is not null)
        {
            text.Append(" OPTIONS (").Append(SetDescription(Description)).Append(')');
        }

        return text.ToString();
    }

    /// <summary>The option that describes something, as GoogleSQL writes it.</summary>
    public static string SetDescription(string description) => $"description = {Quote(description)}";

    private static string Quote(string text) => $"'{text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("'", "\\'", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)}'";
}
