using System.Globalization;
using System.Net;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Http;

/// <summary>
/// Judges what a vendor answered in place of data: what can never succeed is rejected with what to do, what may pass is
/// transient. An answer that is not the vendor's own, such as a proxy's page, may pass, unless its status says that
/// retrying is of no use.
/// </summary>
internal static class Refusals
{
    /// <summary>The failure to throw.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="status">The answer's status, or the one its error stands for.</param>
    /// <param name="error">What the body says.</param>
    /// <param name="location">Where the answer redirects to, as it came; null where it does not.</param>
    /// <param name="wait">How long the vendor asks to wait.</param>
    public static Exception CreateException(
        Conversation conversation,
        VendorRequest request,
        int status,
        VendorError error,
        string? location = null,
        TimeSpan? wait = null)
    {
        var what = string.Create(
            CultureInfo.InvariantCulture, $"the vendor answered {status} to {request.What}: {error}");
        var page = "The vendor answers in JSON, so this is not its answer: check what is between the service and "
            + $"{conversation.Account.BaseAddress.Host}, and {conversation.Protocol.AddressVariable}.";
        if (request.Link is not null && status is 400 or 401 or 403 or 404 or 410)
        {
            // Storage answers an expired signature in each of these ways.
            return conversation.Transient(
                $"{what} The link has expired, or the file is gone; the window is read again, with a new link.");
        }

        if (error.IsPage && status is (< 300 or >= 500))
        {
            return conversation.Transient($"{what} {page}");
        }

        if (error.IsPage && status is (400 or 404 or 409))
        {
            return conversation.Refused(what, $"{page} Then replay; otherwise discard.", RejectionCause.VendorRefused);
        }

        var meant = status switch
        {
            403 when error.Message?.Contains("rate limit", StringComparison.OrdinalIgnoreCase) == true => 429,
            404 when conversation.Protocol.HidesWhatIsForbidden && error.Type is not null => 403,
            _ => status,
        };
        return meant switch
        {
            401 or 403 => OfCredential(
                conversation,
                what,
                error.IsPage ? $"{page} If it is the vendor's after all: " : "",
                isOfOneReport: meant == 403 && conversation.IsAboutReport && !error.IsPage),
            402 => Refused(
                "The vendor reports a billing problem of the organisation. "
                + "Settle it in the vendor's console, then replay."),
            407 => Refused(
                "A proxy between the service and the vendor requires credentials. "
                + "Put them into the proxy's address (HTTPS_PROXY), then replay."),
            410 =>
                conversation.Transient(
                    $"{what} The page's cursor is gone; the window is read again from its first page."),
            413 or 414 or 431 => Refused(
                "The request is too long for the vendor, or for a proxy on the way. "
                + "If there is a proxy, raise its limit and replay; otherwise it is a bug in the connector."),
            451 => Refused(
                "The vendor may not answer for legal reasons, often because of the caller's region. "
                + "Call from another region, then replay; otherwise discard."),
            429 => conversation.OutOfTime(what + WaitAsked(wait)),
            _ when VendorResilience.IsTransient((HttpStatusCode)status) =>
                conversation.Transient(what + WaitAsked(wait)),
            202 => conversation.Transient($"{what} The vendor has accepted the request but has no answer yet."),
            >= 200 and < 300 => conversation.Broken(string.Create(
                CultureInfo.InvariantCulture,
                $"the vendor answered {status} to {request.What}, where only 200 is documented.")),
            >= 300 and < 400 => conversation.Refused(
                $"{what} It redirects to '{conversation.Quote(Addresses.WithoutQuery(location ?? "nowhere"))}', which "
                    + "is not followed: "
                    + "the credential stays with the configured host.",
                $"Set {conversation.Protocol.AddressVariable} to where the API really is, then replay.",
                RejectionCause.VendorRefused),
            404 when error is { Type: null, Code: null } => Refused(
                "This is not the vendor's own 'not found'. Check "
                + $"{conversation.Protocol.AddressVariable} and what is in between, then replay; "
                + "otherwise discard."),
            _ when error.IsTooOld => conversation.TooOld(what),
            _ => Refused(
                "The vendor says what it did not accept. "
                + "If the account or the request can be changed, do so and replay; otherwise discard."),
        };

        RejectedEventException Refused(string hint) => conversation.Refused(what, hint, RejectionCause.VendorRefused);
    }

    /// <summary>
    /// The credential was refused: as such, or, where the vendor took it, for one report, which somebody may give it.
    /// </summary>
    private static RejectedEventException OfCredential(
        Conversation conversation, string what, string page, bool isOfOneReport)
    {
        var account = $"the account '{conversation.Account.Name}' in the settings below "
            + $"Vendors:{conversation.Protocol.Settings}:Accounts";
        var remedy = $"{conversation.Protocol.CredentialHint} {conversation.KeyKind}".TrimEnd()
            + (conversation.Account.Source is { } source
                ? $" The account is read from the source '{source}': check its Source too."
                : "");
        var hint = isOfOneReport
            ? $"{remedy} Once the key may read the report, the next run reads it. To do without it, name the reports "
                + $"to read in the Reports of {account}."
            : $"{page}{remedy} Check the secret of {account}, then replay.";
        return conversation.Refused(
            what, hint, RejectionCause.Credential, new CredentialRefusal(what, remedy, isOfOneReport));
    }

    private static string WaitAsked(TimeSpan? wait) => wait is { } asked
        ? string.Create(
            CultureInfo.InvariantCulture, $" It asks to wait {asked.TotalSeconds:0} s, or the retries were used up.")
        : " The retries were used up, or the attempt's time.";
}
