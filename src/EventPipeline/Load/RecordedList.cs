using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EventPipeline.Load;

/// <summary>Adds what a person's list changes to a table whose rows are only added.</summary>
internal static class RecordedList
{
    private const int MaxRowsPerInsert = 400;

    /// <summary>
    /// Inserts the rows, some at a time, under one <c>change_id</c>. Cut off, it has added some of them.
    /// </summary>
    /// <param name="warehouse">The warehouse.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="name">What is added: <c>insert_NAME_history</c> takes its rows.</param>
    /// <param name="records">Each row, and the record that it is made of as text.</param>
    /// <param name="at">When, UTC.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task AddAsync(
        IWarehouse warehouse,
        string dataset,
        string name,
        IReadOnlyList<(string Text, Dictionary<string, object?> Row)> records,
        DateTimeOffset at,
        CancellationToken cancellationToken)
    {
        var content = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', records.Select(record => record.Text))));
        var changeId = string.Create(
            CultureInfo.InvariantCulture, $"{at:yyyyMMddHHmmssfff}-{Convert.ToHexStringLower(content)[..12]}");
        foreach (var some in records.Index().Chunk(MaxRowsPerInsert))
        {
            await warehouse.ExecuteAsync(
                dataset,
                $"{name}_{changeId}_{some[0].Index}",
                Statement.Insert(
                    $"insert_{name}_history",
                    [
                        .. some.Select(record =>
                            new Dictionary<string, object?>(record.Item.Row) { ["change_id"] = changeId }),
                    ]),
                cancellationToken);
        }
    }
}
