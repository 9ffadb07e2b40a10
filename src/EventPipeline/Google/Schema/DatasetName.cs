namespace EventPipeline.Google.Schema;

/// <summary>A dataset as statements name it.</summary>
/// <param name="ProjectId">Its project; null when none is known, and statements name the dataset alone.</param>
/// <param name="Dataset">Its name.</param>
internal sealed record DatasetName(string? ProjectId, string Dataset)
{
    /// <summary>The name in GoogleSQL: <c>`project`.dataset</c>.</summary>
    public string Sql { get; } = ProjectId is null ? Dataset : $"`{ProjectId}`.{Dataset}";

    /// <summary>The name as the command <c>bq</c> takes it: <c>project:dataset</c>.</summary>
    public string ForTools => ProjectId is null ? Dataset : $"{ProjectId}:{Dataset}";

    /// <summary>A statement with this dataset in place of <c>{dataset}</c>.</summary>
    public string Fill(string statement) => statement.Replace("{dataset}", Sql, StringComparison.Ordinal);

    public override string ToString() => Dataset;
}
