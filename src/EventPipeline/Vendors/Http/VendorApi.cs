using System.Net;
using System.Net.Http.Headers;
using System.Text;
using EventPipeline.Telemetry;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace EventPipeline.Vendors.Http;

/// <summary>
/// Calls vendors over HTTP and classifies their refusals: what can never succeed is rejected with what to do, what may
/// pass is transient. Retries belong to the client's handlers, see <see cref="VendorResilience"/>.
/// </summary>
internal sealed class VendorApi(
    HttpClient http, Secrets secrets, KeyKinds keyKinds, VendorOptions options, TimeProvider time)
{
    /// <summary>Sends a request and returns when the headers have arrived.</summary>
    /// <exception cref="RejectedEventException">The vendor refused, and will again.</exception>
    /// <exception cref="TransientFailureException">It failed, in spite of retries, and may work later.</exception>
    public async Task<VendorAnswer> AskAsync(
        Conversation conversation, VendorRequest request, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() >= conversation.Deadline)
        {
            throw conversation.Transient($"the attempt ran out of time before {request.What} was sent.");
        }

        var response = request.Link is null
            ? await SendAsync(conversation, request, cancellationToken)
            : await SendAsync(conversation, request, key: null, cancellationToken);
        try
        {
            NoteOrganization(conversation, request, response);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                var stream = new RedactingStream(
                    await response.Content.ReadAsStreamAsync(cancellationToken), conversation.Redaction);
                var text = new BodyText(
                    conversation,
                    ++conversation.Pages,
                    request.Hash(conversation.Account.BaseAddress),
                    (int)response.StatusCode);
                var body = Body(stream, text, conversation, request, response);
                var answer = new VendorAnswer(body, response, refusal: null) { NextLink = LinkHeader.Next(response) };
                response = null;
                return answer;
            }

            var error = await VendorError.ReadAsync(
                response, conversation, time, options.StallTimeout, cancellationToken);
            var failure = Failure(conversation, request, response, error);
            return failure is RejectedEventException refusal
                && request.Tolerated.Contains(response.StatusCode)
                && !error.IsTooOld
                ? new VendorAnswer(body: null, response: null, refusal)
                {
                    Error = error,
                    RefusedWith = response.StatusCode,
                }
                : throw failure;
        }
        finally
        {
            response?.Dispose();
        }
    }

    private static void NoteOrganization(Conversation conversation, VendorRequest request, HttpResponseMessage response)
    {
        if (request.Link is null
            && conversation.Protocol.OrganizationHeader is { } header
            && response.Headers.TryGetValues(header, out var values)
            && values.FirstOrDefault()?.Trim() is { Length: > 0 } name)
        {
            conversation.NoteOrganization(name, conversation.Protocol.IsOrganizationHeaderAnId);
        }
    }

    /// <summary>Sends it, and once more if the vendor refuses the key and it has been replaced meanwhile.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        Conversation conversation, VendorRequest request, CancellationToken cancellationToken)
    {
        var key = await KeyAsync(conversation, () => secrets.GetAsync(conversation.Account, cancellationToken));
        var response = await SendAsync(conversation, request, key, cancellationToken);
        if (response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
        {
            return response;
        }

        try
        {
            var fresh = await KeyAsync(
                conversation, () => secrets.RenewAsync(conversation.Account, key, cancellationToken));
            if (fresh == key)
            {
                (var refusal, response) = (response, null);
                return refusal;
            }

            return await SendAsync(conversation, request, fresh, cancellationToken);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async ValueTask<string> KeyAsync(Conversation conversation, Func<ValueTask<string>> ask)
    {
        try
        {
            var key = await ask();
            conversation.Hide(key, keyKinds);
            return key;
        }
        catch (RejectedEventException rejected)
        {
            throw conversation.Refused(rejected.Message, rejected.Hint, rejected.Cause);
        }
        catch (TransientFailureException failure)
        {
            throw conversation.Transient(failure.Message, failure);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        Conversation conversation, VendorRequest request, string? key, CancellationToken cancellationToken)
    {
        var address = request.Address(conversation.Account.BaseAddress);
        using var message = new HttpRequestMessage(request.Method, address);
        message.Headers.TryAddWithoutValidation(
            "User-Agent", $"EventPipeline/{ServiceIdentity.Version} (+https://github.com/eventpipeline/eventpipeline)");
        if (key is not null)
        {
            Authorize(message, conversation, request, key);
        }

        if (request.Body is { } body)
        {
            message.Content = new StringContent(body.Text, Encoding.UTF8, new MediaTypeHeaderValue(body.ContentType));
        }

        message.Options.Set(VendorResilience.Deadline, conversation.Deadline);
        message.Options.Set(VendorResilience.Account, conversation.Account.ToString());
        message.Options.Set(VendorResilience.Protocol, conversation.Protocol);
        message.Options.Set(VendorResilience.IsLink, request.Link is not null);
        message.Options.Set(VendorResilience.OwnLimit, request.OwnLimit);
        try
        {
            return await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw conversation.Transient(
                $"{address.Host} could not be reached: {conversation.Quote(exception.Message)}",
                conversation.Safe(exception));
        }
        catch (Exception exception) when (exception is TimeoutRejectedException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw conversation.Transient($"{address.Host} did not answer {request.What} in time.", exception);
        }
        catch (BrokenCircuitException exception)
        {
            throw conversation.HostSilent(
                $"{address.Host} has answered none of the last requests, so it was not asked for {request.What}.",
                exception);
        }
        catch (TransientFailureException exception)
        {
            throw conversation.Transient(exception.Message, exception);
        }
    }

    private static void Authorize(
        HttpRequestMessage message, Conversation conversation, VendorRequest request, string key)
    {
        // Whatever an address was made from, the credential stays with the configured host.
        if (Uri.Compare(
                message.RequestUri!,
                conversation.Account.BaseAddress,
                UriComponents.SchemeAndServer,
                UriFormat.UriEscaped,
                StringComparison.OrdinalIgnoreCase) != 0)
        {
            throw conversation.Broken(
                $"'{conversation.Quote(Addresses.WithoutQuery(message.RequestUri!.AbsoluteUri))}' is not on "
                    + $"{conversation.Account.BaseAddress.Host}, "
                + "the only host that the credential is sent to.");
        }

        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        foreach (var (name, value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        conversation.Protocol.Authorize(message, key);
    }

    private Exception Failure(
        Conversation conversation, VendorRequest request, HttpResponseMessage response, VendorError error) =>
        Refusals.CreateException(
        conversation,
        request,
        (int)response.StatusCode,
        error,
        Location(response),
        RetryAfter.Read(response, time.GetUtcNow()));

    private static string? Location(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Location", out var values) ? values.FirstOrDefault() : null;

    private JsonBody Body(
        Stream stream, BodyText text, Conversation conversation, VendorRequest request, HttpResponseMessage response)
    {
        var requestId = VendorError.RequestIdOf(response, conversation);
        return new JsonBody(stream, conversation, text, time, options.StallTimeout)
        {
            IsPage = VendorError.IsPageType(response),
            MayBeLines = request.MayBeLines,
            Page = beginning =>
                Refusals.CreateException(
                    conversation,
                    request,
                    (int)HttpStatusCode.OK,
                    VendorError.FromPage(beginning, requestId, conversation)),
            Refusal = error => RefusalIn(VendorError.FromJson(error, requestId, conversation)),
        };

        // With 200, the error's own words tell which status it stands for; one that nobody documented may pass.
        Exception RefusalIn(VendorError error) =>
            (StatusOf(conversation.Protocol, error.Code) ?? StatusOf(conversation.Protocol, error.Type)) is { } status
            ? Refusals.CreateException(conversation, request, status, error)
            : conversation.Transient(
                $"the vendor answered 200 to {request.What}, with an error in place of data: {error}");
    }

    private static int? StatusOf(VendorProtocol protocol, string? word) =>
        word is not null && protocol.Statuses.TryGetValue(word, out var status) ? status : null;
}
