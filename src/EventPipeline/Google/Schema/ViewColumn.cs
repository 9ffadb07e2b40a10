namespace EventPipeline.Google.Schema;

/// <summary>A column of a view.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it holds.</param>
internal sealed record ViewColumn(string Name, string Description)
{
    /// <summary>The column as <c>CREATE VIEW</c> takes it.</summary>
    public override string ToString() => $"{Name} OPTIONS ({ColumnDefinition.SetDescription(Description)})";
}
