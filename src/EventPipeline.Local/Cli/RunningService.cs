using EventPipeline.Local.Shared;
using Microsoft.AspNetCore.Mvc;

namespace EventPipeline.Local.Cli;

/// <summary>The service that another process runs in a data folder.</summary>
internal static class RunningService
{
    /// <summary>Where it listens. It may only just be starting, so this waits for its address.</summary>
    public static async Task<Uri> AddressAsync(DataFolder folder, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var tries = 0; tries < 50; tries++)
        {
            if (File.Exists(folder.AddressFile)
                && Uri.TryCreate(
                    await File.ReadAllTextAsync(folder.AddressFile, cancellationToken),
                    UriKind.Absolute,
                    out var address)
                && await AnswersAsync(http, address, cancellationToken))
            {
                return address;
            }

            await tick.WaitForNextTickAsync(cancellationToken);
        }

        throw new UsageException(
            $"Another process is using {folder.Path} and does not respond. "
            + "Wait for it, or choose another folder with --data.");
    }

    /// <summary>The same, for a command that requests a run.</summary>
    /// <exception cref="UsageException">Its time is to be moved, which only its start can do.</exception>
    public static Task<Uri> AddressAsync(
        DataFolder folder, LocalSettings settings, CancellationToken cancellationToken) =>
        settings.Now is null
            ? AddressAsync(folder, cancellationToken)
            : throw new UsageException(
                $"A service is already using {folder.Path}, and --now only applies when one starts. "
                + "Stop it, or start it with --now.");

    /// <summary>Passes on a refusal in the service's own words.</summary>
    public static async Task ThrowIfRefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            var problem = await answer.Content.ReadFromJsonAsync<ProblemDetails>(cancellationToken);
            throw new UsageException(problem?.Detail ?? $"The service answered {(int)answer.StatusCode}.");
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "liveness"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
