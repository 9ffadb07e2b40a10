namespace EventPipeline.Shared;

/// <summary>Why an event can never succeed as it stands.</summary>
public enum RejectionCause
{
    /// <summary>The event itself cannot be read or asks for something that does not exist.</summary>
    BadInput,

    /// <summary>The credential is missing, refused, or lacks a scope.</summary>
    Credential,

    /// <summary>The vendor refused the request, for a reason other than the credential.</summary>
    VendorRefused,

    /// <summary>The vendor's answer breaks its documented contract.</summary>
    BrokenContract,

    /// <summary>A table of the warehouse refused the rows: their columns or values do not match the table's.</summary>
    WarehouseRefused,

    /// <summary>Two configured accounts are the same organisation at the vendor.</summary>
    DuplicateAccount,

    /// <summary>The identity of an account is unclear or has changed: a person has to decide.</summary>
    AccountIdentity,

    /// <summary>
    /// The vendor answers, but a single day, or all of a dry run's window, repeatedly took longer than one attempt may.
    /// </summary>
    OutOfTime,

    /// <summary>Pub/Sub gave up after the subscription's delivery attempts; each of them failed transiently.</summary>
    AttemptsExhausted,
}

/// <summary>The spelling of <see cref="RejectionCause"/> in dead letters and tables.</summary>
public static class RejectionCauseNames
{
    /// <summary>Every spelling.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<RejectionCause>().Select(Name)];

    /// <summary>The spelling of a cause, e.g. <c>bad_input</c>.</summary>
    public static string Name(this RejectionCause cause) =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(cause.ToString());
}
