using EventPipeline.GoogleStandIn.Storage;

namespace EventPipeline.GoogleStandIn.Tokens;

/// <summary>
/// The access tokens that were handed out. Like the metadata server, it hands out the same one until that is about to
/// expire.
/// </summary>
internal sealed class AccessTokens(Settings settings, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private readonly StateFile<List<Issued>> file = new(
        Path.Combine(settings.DataFolder, "access-tokens.json"), () => []);

    /// <summary>A valid token and the seconds it still is.</summary>
    public (string Token, int Seconds) Current()
    {
        var now = time.GetUtcNow();
        return file.Change(issued =>
        {
            issued.RemoveAll(token => token.Expires <= now);
            var current = issued.LastOrDefault(token => token.Expires > now.AddMinutes(5));
            if (current is null)
            {
                current = new Issued($"ya29.{Guid.NewGuid():N}{Guid.NewGuid():N}", now + Lifetime);
                issued.Add(current);
            }

            return (current.Token, (int)(current.Expires - now).TotalSeconds);
        });
    }

    /// <summary>Whether an <c>Authorization</c> header carries one that is valid.</summary>
    public bool IsValid(string? authorization)
    {
        const string scheme = "Bearer ";
        return authorization is not null && authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && authorization[scheme.Length..].Trim() is var sent
            && file.Read(issued => issued.Any(token => token.Token == sent && token.Expires > time.GetUtcNow()));
    }

    /// <summary>Makes all that were handed out worthless.</summary>
    public void Expire() => file.Change(issued =>
    {
        issued.Clear();
        return true;
    });

    internal sealed record Issued(string Token, DateTimeOffset Expires);
}
