namespace EventPipeline.Google.Schema;

/// <summary>A dataset as it is.</summary>
/// <param name="Location">Where its data is: <c>US</c>; null if the dataset does not exist.</param>
/// <param name="Tables">What is there under the names of the expected tables and views.</param>
internal sealed record LiveDataset(string? Location, IReadOnlyList<LiveTable> Tables)
{
    /// <summary>The table or view with a name; null if there is none.</summary>
    public LiveTable? Table(string name) => Tables.FirstOrDefault(table => table.Definition.Name == name);
}
