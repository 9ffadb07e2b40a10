using Microsoft.AspNetCore.Authentication;

namespace EventPipeline.Google.SignIn;

/// <summary>One kind of token: where it arrives, who signs it, and how.</summary>
internal sealed class TokenOptions : AuthenticationSchemeOptions
{
    /// <summary>The header that carries it.</summary>
    public string Header { get; set; } = "";

    /// <summary>The scheme before it in the header, with a space; empty if the header is the token.</summary>
    public string Scheme { get; set; } = "";

    /// <summary>Every spelling of its issuer.</summary>
    public IReadOnlyList<string> Issuers { get; set; } = [];

    /// <summary>The one audience it is made for; empty: no such token is trusted.</summary>
    public string Audience { get; set; } = "";

    /// <summary>The one algorithm it is signed with.</summary>
    public string Algorithm { get; set; } = "";

    /// <summary>Whether its e-mail address only counts beside <c>"email_verified": true</c>.</summary>
    public bool EmailNeedsProof { get; set; } = true;

    /// <summary>What it is signed with.</summary>
    public SigningKeys Keys { get; set; } = null!;

    /// <summary>Those found valid under these settings; others do not share it.</summary>
    public TokenMemory Memory { get; } = new();
}
