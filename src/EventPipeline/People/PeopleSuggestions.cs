using System.Text.Json;
using System.Text.RegularExpressions;

namespace EventPipeline.People;

/// <summary>An id as its vendor lists it.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Kind">The vendor's kind: <c>user</c>, <c>api_key</c> and others.</param>
/// <param name="Id">The vendor's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Email">Its e-mail address.</param>
/// <param name="Details">What else the vendor says, as JSON.</param>
internal sealed record ListedName(string Vendor, string Kind, string Id, string? Name, string? Email, string? Details);

/// <summary>Who an id probably belongs to, and why. A person decides.</summary>
internal sealed record PeopleSuggestion(OwnedId Id, Owner Owner, string Why);

/// <summary>
/// Suggests who owns what belongs to nobody yet: a user's e-mail address belongs to whom it names, and a key to the
/// user that made it or whom its name names.
/// </summary>
internal static partial class PeopleSuggestions
{
    private const int LeastLetters = 3;

    /// <param name="listed">What the vendors list.</param>
    /// <param name="recorded">What is recorded, one record for an id and first day.</param>
    /// <param name="day">The UTC day on which an id has to belong to nobody.</param>
    public static IEnumerable<PeopleSuggestion> Create(
        IReadOnlyList<ListedName> listed, IEnumerable<Ownership> recorded, DateOnly day)
    {
        var owned = recorded.Where(record => record.From <= day)
            .GroupBy(record => record.Id)
            .Select(of => of.MaxBy(record => record.From)!)
            .Where(record => !record.Owner.IsNobody)
            .ToDictionary(record => record.Id, record => record.Owner);
        var people = owned.Values.Where(owner => owner.Person is not null).DistinctBy(owner => owner.Person).ToList();
        var users = listed.Where(one => one is { Kind: "user", Email.Length: > 0 })
            .ToLookup(one => one.Email!.ToLowerInvariant());
        var byEmail = new Dictionary<string, Owner>();
        foreach (var of in users.OrderBy(of => of.Key, StringComparer.Ordinal))
        {
            var (email, user) = (of.Key, of.First());
            var id = new OwnedId(null, OwnedId.Email, email);
            if (owned.TryGetValue(id, out var known))
            {
                byEmail.Add(email, known);
                continue;
            }

            var owner = people.FirstOrDefault(one => IsSame(one.Person, email) || IsSame(one.Name, user.Name))
                ?? new Owner(email, user.Name, null, null, null);
            byEmail.Add(email, owner);
            yield return new PeopleSuggestion(
                id, owner, $"{user.Vendor} lists the user {user.Name ?? user.Id} with it");
        }

        var byUser = users.SelectMany(of => of, (of, user) => (user.Vendor, user.Id, Owner: byEmail[of.Key]))
            .DistinctBy(user => (user.Vendor, user.Id))
            .ToDictionary(user => (user.Vendor, user.Id), user => user.Owner);
        foreach (var key in listed.Where(one => one.Kind == "api_key"))
        {
            var id = new OwnedId(key.Vendor, "api_key", key.Id);
            if (owned.ContainsKey(id))
            {
                continue;
            }

            if (UserOf(key) is { } user && byUser.TryGetValue((key.Vendor, user), out var maker))
            {
                yield return new PeopleSuggestion(id, maker, $"{key.Vendor} names {user} as its user");
            }
            else if (key.Name is { } name && NamedBy(name, people, byEmail) is { } named)
            {
                yield return new PeopleSuggestion(id, named, $"its name is '{name}'");
            }
        }
    }

    /// <summary>The user that made a key, or that it belongs to.</summary>
    private static string? UserOf(ListedName key)
    {
        if (key.Details is null)
        {
            return null;
        }

        using var details = JsonDocument.Parse(key.Details);
        return Find(details.RootElement, "created_by", "id")
            ?? Find(details.RootElement, "owner", "user", "id");
    }

    private static string? Find(JsonElement at, params IEnumerable<string> path)
    {
        foreach (var name in path)
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
            {
                return null;
            }
        }

        return at.ValueKind == JsonValueKind.String ? at.GetString() : null;
    }

    /// <summary>
    /// The one person whom a key's name names by a word of theirs; null where it names none or several.
    /// </summary>
    private static Owner? NamedBy(string keyName, List<Owner> people, Dictionary<string, Owner> byEmail)
    {
        var words = Words(keyName).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var named = people.Select(one => (Owner: one, Said: new[] { one.Person, one.Name }))
            .Concat(byEmail.Select(one => (Owner: one.Value, Said: new[] { one.Key, one.Value.Name })))
            .Where(one => one.Said.Any(said => said is not null && Words(said.Split('@')[0]).Any(words.Contains)))
            .Select(one => one.Owner)
            .DistinctBy(owner => owner.Person)
            .Take(2)
            .ToList();
        return named is [var only] ? only : null;
    }

    private static IEnumerable<string> Words(string text) =>
        Word().Matches(text).Select(word => word.Value).Where(word => word.Length >= LeastLetters);

    private static bool IsSame(string? one, string? other) =>
        one is not null && string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Word();
}
