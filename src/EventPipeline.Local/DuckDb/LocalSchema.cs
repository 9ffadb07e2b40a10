using DuckDB.NET.Data;
using EventPipeline.Load;

namespace EventPipeline.Local.DuckDb;

/// <summary>Every dataset's tables and views in the file, with what they and their columns are.</summary>
internal static class LocalSchema
{
    // The texts are part of the program.
    private static readonly string Build =
        $"{typeof(SchemaTexts).Module.ModuleVersionId} {typeof(LocalSchema).Module.ModuleVersionId}";

    /// <summary>
    /// Creates what is missing, each kind in one transaction: separately, each statement would wait for the disk. Most
    /// starts find everything as the same program left it, and do nothing.
    /// </summary>
    public static void Create(DuckDbFile file, IReadOnlyList<string> datasets)
    {
        using var connection = file.Open();
        file.Run("CREATE TABLE IF NOT EXISTS local_schema (build VARCHAR, catalog VARCHAR)");
        if (IsAsLeft(connection, datasets))
        {
            return;
        }

        var older = datasets.Where(dataset => SchemaUpgrade.HasTables(connection, dataset)).ToList();
        file.Run(
        [
            "CREATE TABLE IF NOT EXISTS local_statements (statement_id VARCHAR PRIMARY KEY)",
            .. datasets.Select(dataset => $"CREATE SCHEMA IF NOT EXISTS {SqlName.Quoted(dataset)}"),
            .. Texts(datasets, SchemaTexts.Tables),
        ]);
        foreach (var dataset in older)
        {
            SchemaUpgrade.Apply(connection, dataset);
        }

        file.Run(
        [
            .. Texts(datasets, SchemaTexts.Views),
            SchemaComments.For(datasets),
            "DELETE FROM local_schema",
            $"INSERT INTO local_schema SELECT {SqlName.Text(Build)}, ({Catalog(datasets)})",
        ]);
    }

    private static bool IsAsLeft(DuckDBConnection connection, IReadOnlyList<string> datasets)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            $"SELECT COUNT(*) > 0 FROM local_schema WHERE build = {SqlName.Text(Build)} AND catalog = "
                + $"({Catalog(datasets)})";
        return (bool)command.ExecuteScalar()!;
    }

    /// <summary>
    /// A query of what is there, so that what another program changed meanwhile is seen: a view that is replaced loses
    /// its comments.
    /// </summary>
    private static string Catalog(IEnumerable<string> datasets) =>
        $"""
        SELECT md5(string_agg(
          concat_ws(' ', schema_name, table_name, column_name, data_type, comment),
          chr(10) ORDER BY schema_name, table_name, column_index))
        FROM duckdb_columns()
        WHERE schema_name IN ({string.Join(", ", datasets.Select(SqlName.Text))})
        """;

    private static IEnumerable<string> Texts(
        IReadOnlyList<string> datasets, IEnumerable<(string File, string Sql)> texts) =>
        from dataset in datasets from text in texts select GoogleSql.ToDuckDb(text.Sql, dataset);
}
