namespace EventPipeline.Shared;

/// <summary>How a vendor refused a credential, for people: nothing of the credential is in it.</summary>
/// <param name="Said">What the vendor answered to what, with its own words.</param>
/// <param name="Remedy">
/// Which credential the vendor requires, who can give it, and what kind the configured one is.
/// </param>
/// <param name="IsOfOneReport">
/// Whether the vendor took the credential and only does not let it read the report that was asked for; otherwise it
/// refuses the credential as such.
/// </param>
public sealed record CredentialRefusal(string Said, string Remedy, bool IsOfOneReport);
