namespace EventPipeline;

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

    /// <summary>Two configured accounts are the same organisation at the vendor.</summary>
    DuplicateAccount,
}
