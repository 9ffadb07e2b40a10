using System.Security.Cryptography;
using System.Text;
using DuckDB.NET.Data;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Whether there is anything to create in a file: to make the views anew takes longer than all the rest of opening it.
/// Each view has for its comment a hash of what all of them and the tables were made of, of the tables as they were
/// then, and of the views' names. A view that is replaced has no comment.
/// </summary>
internal static class SchemaMark
{
    private const string Views = "FROM duckdb_views() WHERE NOT internal";
    private const string Names =
        $"SELECT format('\"{{}}\".\"{{}}\"', schema_name, view_name) AS name {Views} ORDER BY name";

    /// <summary>Whether the file is as these texts left it.</summary>
    public static bool IsOn(DuckDBConnection connection, IEnumerable<string> texts) =>
        Read(connection, $"SELECT DISTINCT COALESCE(comment, '') {Views}") is [var mark]
        && mark == Of(connection, texts);

    /// <summary>Says of the file that it is as these texts left it.</summary>
    public static void Put(DuckDBConnection connection, IEnumerable<string> texts)
    {
        var mark = SqlName.Text(Of(connection, texts));
        foreach (var name in Read(connection, Names))
        {
            DuckDbFile.Run(connection, $"COMMENT ON VIEW {name} IS {mark}");
        }
    }

    private static string Of(DuckDBConnection connection, IEnumerable<string> texts)
    {
        var there = Read(connection, "SELECT sql FROM duckdb_tables() ORDER BY sql").Concat(Read(connection, Names));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', texts.Concat(there)))));
    }

    private static List<string> Read(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
