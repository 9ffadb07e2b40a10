using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventPipeline.Vendors.Accounts;
using Polly.Timeout;

namespace EventPipeline.Google.SecretManager;

/// <summary>Reads secrets over Secret Manager's REST API and verifies that they arrived intact.</summary>
/// <remarks>https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access</remarks>
internal sealed partial class SecretManagerClient(IHttpClientFactory clients)
{
    public const string Name = "secret-manager";

    /// <summary>The text of a secret's version.</summary>
    /// <param name="version"><c>projects/P/secrets/S/versions/V</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RejectedEventException">It does not exist, is disabled, may not be read or is not a
    /// key.</exception>
    /// <exception cref="TransientFailureException">Secret Manager is unavailable, or what arrived was
    /// damaged.</exception>
    public async Task<string> AccessAsync(string version, CancellationToken cancellationToken)
    {
        using var http = clients.CreateClient(Name);
        try
        {
            using var response = await http.GetAsync(
                new Uri($"v1/{version}:access", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode
                ? Read(
                    version,
                    await response.Content.ReadFromJsonAsync(SecretJson.Default.AccessAnswer, cancellationToken))
                : throw Refused(version, response.StatusCode);
        }
        catch (Exception failure) when (failure is HttpRequestException or TimeoutRejectedException or IOException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new TransientFailureException(
                $"The secret {version} cannot be read: Secret Manager cannot be reached at {http.BaseAddress}: "
                    + $"{failure.Message}",
                failure);
        }
        catch (JsonException)
        {
            // Without the cause, whose message could reveal part of the response.
            throw new TransientFailureException(
                $"The secret {version} cannot be read: the response is not from Secret Manager; "
                    + $"is SecretManager__BaseAddress, {http.BaseAddress}, right?");
        }
    }

    private static string Read(string version, AccessAnswer? answer)
    {
        if (answer?.Payload is not { Data: { } data, DataCrc32C: { } checksum })
        {
            throw new TransientFailureException(
                $"The secret {version} cannot be read: Secret Manager's response lacks the data or its checksum.");
        }

        byte[] bytes;
        try
        {
            bytes = Base64Url.DecodeFromChars(data.Replace('+', '-').Replace('/', '_'));
        }
        catch (FormatException)
        {
            throw new TransientFailureException($"The secret {version} cannot be read: its data is not base64.");
        }

        if (
            !long.TryParse(checksum, NumberStyles.None, CultureInfo.InvariantCulture, out var expected)
                || expected != Crc32C(bytes))
        {
            throw new TransientFailureException(
                $"The secret {version} was damaged in transit: its CRC32C does not match Secret Manager's.");
        }

        var value = Encoding.UTF8.GetString(bytes);
        return Secrets.IsKey(value)
            ? value
            : throw Missing(
                version, value.Length == 0 ? "is empty" : Secrets.NoKey, "Add a version that is the bare key");
    }

    private static Exception Refused(string version, HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => Missing(
            version, "does not exist", "Create the secret if it does not exist, and add the key"),
        HttpStatusCode.BadRequest => Missing(
            version, "is disabled or destroyed, or its name is invalid", "Enable the version, or add the key again"),
        HttpStatusCode.Forbidden => new RejectedEventException(
            $"The secret {version} may not be read by this service.",
            "Grant roles/secretmanager.secretAccessor on the secret to the service account of the service, "
                + "and make sure that the secret exists: "
                + $"`gcloud secrets add-iam-policy-binding {SecretOf(version)} --project={ProjectOf(version)} "
                + "--role=roles/secretmanager.secretAccessor --member=serviceAccount:…`. Then replay.",
            RejectionCause.Credential),
        HttpStatusCode.Unauthorized or HttpStatusCode.RequestTimeout
            or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
            new TransientFailureException(
                $"The secret {version} cannot be read now: Secret Manager answered {(int)status}."),
        _ => Missing(version, $"cannot be read: Secret Manager answered {(int)status}", "Check its name"),
    };

    private static RejectedEventException Missing(string version, string what, string remedy) => new(
        $"The secret {version} {what}.",
        $"{remedy}: `printf %s \"$KEY\" | gcloud secrets versions add {SecretOf(version)} "
            + $"--project={ProjectOf(version)} --data-file=-`. Then replay.",
        RejectionCause.Credential);

    private static string ProjectOf(string version) => version.Split('/')[1];

    private static string SecretOf(string version) => version.Split('/')[3];

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }

    private sealed record AccessAnswer(AccessPayload? Payload);

    private sealed record AccessPayload(string? Data, [property: JsonPropertyName("dataCrc32c")] string? DataCrc32C);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(AccessAnswer))]
    private sealed partial class SecretJson : JsonSerializerContext;
}
