using System.Text.Json;
using EventPipeline.Commands;
using EventPipeline.Local.DuckDb;
using EventPipeline.Local.Service;
using EventPipeline.Local.Shared;

namespace EventPipeline.Local.Cli;

/// <summary>Queries the data, through the running service if there is one.</summary>
internal static class QueryCommand
{
    public static async Task<int> ExecuteAsync(
        LocalSettings settings, string sql, OutputFormat format, CancellationToken cancellationToken)
    {
        var folder = DataFolder.Existing(settings.Folder, !LocalService.HasConfiguredAccounts(LocalService.Settings()));
        var answer = folder.TryLock() is { } taken
            ? await AskFileAsync(folder, taken, sql, cancellationToken)
            : await AskServiceAsync(
                await RunningService.AddressAsync(folder, cancellationToken), sql, cancellationToken);
        if (folder.Simulated)
        {
            await Console.Error.WriteLineAsync($"{DataLabel.Simulated} data");
        }

        await QueryPrinter.PrintAsync(Console.Out, answer, format);
        return 0;
    }

    private static async Task<QueryAnswer> AskFileAsync(
        DataFolder folder, FileStream taken, string sql, CancellationToken cancellationToken)
    {
        await using (taken)
        {
            await using var warehouse = WarehouseFile.Open(folder).Warehouse;
            return await warehouse.AskAsync(sql, cancellationToken);
        }
    }

    private static async Task<QueryAnswer> AskServiceAsync(Uri address, string sql, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = address };
        using var answer = await http.PostAsJsonAsync(QueryEndpoint.Path, new QueryRequest(sql), cancellationToken);
        await RunningService.ThrowIfRefusedAsync(answer, cancellationToken);

        var response = (await answer.Content.ReadFromJsonAsync<QueryResponse>(ApiJson.Options, cancellationToken))!;
        return new QueryAnswer(
            response.Columns, [.. response.Rows.Select(row => (IReadOnlyList<object?>)[.. row.Select(Plain)])]);
    }

    private static object? Plain(object? value) => value is JsonElement element
        ? element.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Number when element.TryGetInt64(out var whole) => whole,
            JsonValueKind.Number => element.GetDouble(),
            JsonValueKind.True or JsonValueKind.False => element.GetBoolean(),
            _ => element.GetRawText(),
        }
        : value;
}
