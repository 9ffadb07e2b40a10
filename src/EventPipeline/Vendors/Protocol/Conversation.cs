using System.Text.RegularExpressions;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Protocol;

/// <summary>
/// One conversation with a vendor: whom it is about, how its failures are described, and what was noticed on the way.
/// </summary>
internal sealed partial class Conversation(
    Account account, string about, VendorProtocol protocol, DateTimeOffset deadline)
{
    private const int MaxQuotedLength = 300;
    private readonly FetchContext? _fetch;
    private readonly AnsweringOrganization _organization = new();
    private KeyKinds? _kinds;

    /// <summary>Reads a window.</summary>
    public Conversation(FetchContext fetch, VendorProtocol protocol)
        : this(fetch.Account, fetch.Window.ToString(), protocol, fetch.Deadline) => _fetch = fetch;

    public Account Account { get; } = account;

    /// <summary>Whether it is about a report; otherwise about the account, such as who it is.</summary>
    public bool IsAboutReport => _fetch is not null;

    /// <summary>Whether totals are wanted, see <see cref="FetchContext.IsTotal"/>.</summary>
    public bool IsTotal => _fetch is { IsTotal: true };

    public VendorProtocol Protocol { get; } = protocol;

    /// <summary>The organisation that the answers name.</summary>
    public AnsweringOrganization Organization => _fetch?.Organization ?? _organization;

    /// <summary>When the attempt must have ended, UTC.</summary>
    public DateTimeOffset Deadline { get; } = deadline;

    /// <summary>Takes the keys that were sent out of what comes back.</summary>
    public Redaction Redaction { get; } = new();

    /// <summary>What kind of key was sent last, in one sentence.</summary>
    public string KeyKind { get; private set; } = "";

    /// <summary>
    /// Notes that an answer, in a header or in its rows, named the organisation that the key belongs to.
    /// </summary>
    /// <param name="organization">What it is called there.</param>
    /// <param name="isId">
    /// Whether that is a permanent id; otherwise it is a hint, which may change while the organisation does not.
    /// </param>
    /// <exception cref="TransientFailureException">An earlier answer named another.</exception>
    public void NoteOrganization(string organization, bool isId)
    {
        if (!Organization.TryNote(organization, isId) && isId)
        {
            throw Transient(
                $"the answers came from two organizations, {Quote(Organization.Name!)} and {Quote(organization)}: "
                + "the account's key was replaced during the read. It will be read again.");
        }
    }

    /// <summary>How many pages were requested.</summary>
    public int Pages { get; set; }

    public Window Window =>
        _fetch?.Window ?? throw new InvalidOperationException("This conversation is not about a window.");

    /// <summary>Keeps a piece of the vendor's text.</summary>
    public ValueTask KeepAsync(PagePart part, CancellationToken cancellationToken) =>
        _fetch is null ? ValueTask.CompletedTask : _fetch.KeepPage(part, cancellationToken);

    /// <summary>Notes something undocumented.</summary>
    public void Note(string note) => _fetch?.Drift.Note(Quote(note));

    /// <summary>Counts a number that had more than 18 decimals.</summary>
    public void CountRounded() => _fetch?.Drift.CountRounded();

    /// <summary>The vendor's answer is not what its documentation promises.</summary>
    public RejectedEventException Broken(string what, Exception? innerException = null) => new(
        $"{about}: {what}",
        $"The answer does not match the API described in src/EventPipeline/Vendors/{Protocol.Section}/README.md. "
            + "Check whether the vendor's API changed or something else answers in its place; "
            + "replay once the vendor or the connector is fixed.",
        RejectionCause.BrokenContract,
        innerException);

    /// <summary>The vendor refuses, and will refuse again.</summary>
    public RejectedEventException Refused(
        string what, string hint, RejectionCause cause, CredentialRefusal? refusal = null) =>
        new($"{about}: {what}", hint, cause) { Refusal = refusal };

    /// <summary>The days are older than what the vendor serves, which is no reason to forget what was loaded.</summary>
    public RejectedEventException TooOld(string what) => Refused(
        $"{what} The days are older than what the vendor still serves.",
        "Ask for later days; what was loaded of these days before stays as it is. Discard this message.",
        RejectionCause.VendorRefused);

    /// <summary>It failed in a way that may pass.</summary>
    public TransientFailureException Transient(string what, Exception? innerException = null) =>
        new($"{about}: {what}", innerException);

    /// <summary>The vendor does not have yet what was asked for.</summary>
    public TransientFailureException NotReady(string what) => new($"{about}: {what}") { IsNotReady = true };

    /// <summary>A request was not sent, because the vendor's host has answered nobody lately.</summary>
    public TransientFailureException HostSilent(string what, Exception innerException) =>
        new($"{about}: {what}", innerException) { IsHostSilent = true };

    /// <summary>It would have to wait longer than the attempt lasts.</summary>
    public TransientFailureException OutOfTime(string what) => new($"{about}: {what}") { IsOutOfTime = true };

    /// <summary>
    /// A failure of the connection, safe to show with all that caused it: the message about a header that cannot be
    /// read holds what came, which may be the key.
    /// </summary>
    public IOException Safe(Exception failure) =>
        new(
            $"{failure.GetType().Name}: {Quote(failure.Message)}",
            failure.InnerException is { } cause ? Safe(cause) : null);

    /// <summary>Redacts a key that is about to be sent from everything read, kept or quoted from now on.</summary>
    public void Hide(string key, KeyKinds kinds)
    {
        Redaction.Hide(key);
        foreach (var part in key.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            Redaction.Hide(part); // Of a user and password (RFC 7617).
        }

        KeyKind = kinds.Describe(key);
        _kinds = kinds;
    }

    /// <summary>
    /// Words of the vendor's, safe to show: no credential, no address with a query, one line, not long.
    /// </summary>
    public string Quote(string text)
    {
        // The whole secret first, then whatever looks like a key: vendors echo keys with the middle starred out.
        var safe = Unprintable().Replace(Masked(Addresses.Cut(Redaction.Apply(text))), " ").Trim();
        return safe.Length <= MaxQuotedLength ? safe : string.Concat(safe.AsSpan(0, MaxQuotedLength), "…");
    }

    private string Masked(string text) => _kinds?.Mask(text) ?? text;

    [GeneratedRegex(@"[\p{C}\s]+")]
    private static partial Regex Unprintable();
}
