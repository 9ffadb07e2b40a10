using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using Polly.Timeout;

namespace EventPipeline.Vendors;

/// <summary>
/// Asks vendors over HTTP and tells their refusals apart: what can never succeed is rejected with what to do, what may pass is transient.
/// Retries belong to the client's handlers, see <see cref="VendorResilience"/>.
/// </summary>
internal sealed class VendorApi(HttpClient http, Secrets secrets, VendorOptions options, TimeProvider time)
{
    private static readonly string Version =
        (typeof(VendorApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    /// <summary>Sends a GET and returns when the headers have come.</summary>
    /// <exception cref="RejectedEventException">The vendor refused, and will again.</exception>
    /// <exception cref="TransientFailureException">It failed, in spite of retries, and may work later.</exception>
    public async Task<VendorAnswer> GetAsync(Reading reading, VendorRequest request, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() >= reading.Deadline)
        {
            throw reading.Transient($"the attempt's time was over before GET {request.Path} was sent.");
        }

        var response = await SendAsync(reading, request, cancellationToken);
        try
        {
            if (response.StatusCode == HttpStatusCode.OK)
            {
                var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
                var text = new BodyText(reading, ++reading.Pages, request.Hash(reading.Account.BaseAddress), (int)response.StatusCode);
                var body = new JsonBody(stream, reading, text, time, options.StallTimeout);
                var answer = new VendorAnswer(body, response, refusal: null);
                response = null;
                return answer;
            }

            var error = await VendorError.ReadAsync(response, reading, time, options.StallTimeout, cancellationToken);
            var failure = Failure(reading, request, response, error);
            return failure is RejectedEventException refusal && response.StatusCode == request.Tolerated && !error.IsLookbackExceeded
                ? new VendorAnswer(body: null, response: null, refusal)
                : throw failure;
        }
        finally
        {
            response?.Dispose();
        }
    }

    /// <summary>Sends it, and once more when the vendor refuses the key and another has taken its place meanwhile.</summary>
    private async Task<HttpResponseMessage> SendAsync(Reading reading, VendorRequest request, CancellationToken cancellationToken)
    {
        var key = await KeyAsync(reading, () => secrets.GetAsync(reading.Account, cancellationToken));
        var response = await SendAsync(reading, request, key, cancellationToken);
        if (response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
        {
            return response;
        }

        try
        {
            var fresh = await KeyAsync(reading, () => secrets.RenewAsync(reading.Account, key, cancellationToken));
            if (fresh == key)
            {
                (var refusal, response) = (response, null);
                return refusal;
            }

            return await SendAsync(reading, request, fresh, cancellationToken);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private static async ValueTask<string> KeyAsync(Reading reading, Func<ValueTask<string>> ask)
    {
        try
        {
            var key = await ask();
            reading.Hide(key);
            return key;
        }
        catch (RejectedEventException rejected)
        {
            throw reading.Refused(rejected.Message, rejected.Hint, rejected.Cause);
        }
        catch (TransientFailureException failure)
        {
            throw reading.Transient(failure.Message, failure);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Reading reading, VendorRequest request, string key, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(reading.Account.BaseAddress, request.PathAndQuery));
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        message.Headers.TryAddWithoutValidation("User-Agent", $"EventPipeline/{Version} (+https://github.com/eventpipeline/eventpipeline)");
        if (request.Beta is not null)
        {
            message.Headers.TryAddWithoutValidation("anthropic-beta", request.Beta);
        }

        reading.Protocol.Authorize(message, key);
        message.Options.Set(VendorResilience.Deadline, reading.Deadline);
        message.Options.Set(VendorResilience.Account, reading.Account.ToString());
        message.Options.Set(VendorResilience.Reset, reading.Protocol.ReadReset);
        try
        {
            return await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw reading.Transient($"{reading.Account.BaseAddress.Host} could not be reached: {reading.Quote(exception.Message)}", exception);
        }
        catch (Exception exception) when (exception is TimeoutRejectedException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw reading.Transient($"{reading.Account.BaseAddress.Host} did not answer GET {request.Path} in time.", exception);
        }
        catch (TransientFailureException exception)
        {
            throw reading.Transient(exception.Message, exception);
        }
    }

    private Exception Failure(Reading reading, VendorRequest request, HttpResponseMessage response, VendorError error)
    {
        var status = (int)response.StatusCode;
        var what = string.Create(CultureInfo.InvariantCulture, $"the vendor answered {status} to GET {request.Path}: {error}");
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => reading.Refused(
                what,
                $"{reading.Protocol.CredentialHint} Check the secret of the account '{reading.Account.Name}' in the settings below "
                    + $"Vendors:{reading.Protocol.Section}:Accounts, then replay.",
                RejectionCause.Credential),
            HttpStatusCode.Gone => reading.Transient($"{what} The page's cursor is gone; the window is read again from its first page."),
            _ when VendorResilience.IsTransient(response.StatusCode) => reading.Transient(what + WaitAsked(response)),
            _ when status is >= 200 and < 300 => reading.Broken($"the vendor answered {status} to GET {request.Path}, where only 200 is documented."),
            _ when status is >= 300 and < 400 => reading.Refused(
                $"{what} It redirects to '{reading.Quote(response.Headers.Location?.ToString() ?? "nowhere")}', which is not followed: "
                    + "the credential stays with the configured host.",
                $"Set Vendors__{reading.Protocol.Section}__BaseAddress to where the API really is, then replay.",
                RejectionCause.VendorRefused),
            _ when error.IsLookbackExceeded => reading.Refused(
                $"{what} The days are older than the vendor still serves.",
                "Ask for later days; what was loaded of these days before stays as it is. Discard this message.",
                RejectionCause.VendorRefused),
            _ => reading.Refused(
                what,
                "The vendor says what it did not accept. When the account or the request can be changed, do so and replay; otherwise discard.",
                RejectionCause.VendorRefused),
        };
    }

    private string WaitAsked(HttpResponseMessage response) => RetryAfter.Of(response, time.GetUtcNow()) is { } wait
        ? string.Create(CultureInfo.InvariantCulture, $" It asks to wait {wait.TotalSeconds:0} s, or the retries were used up.")
        : " The retries were used up, or the attempt's time.";
}
