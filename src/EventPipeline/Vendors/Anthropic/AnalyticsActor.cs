using System.Text.Json;
using EventPipeline.Vendors.Json;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// Who used it, as the analytics reports say: a user, a service account, a federated identity or an API key. An e-mail
/// address, a name and whether the user was deleted may change, and identify nobody.
/// </summary>
/// <param name="Type">What the parts name, in the words of the tables.</param>
/// <param name="Parts">What identifies the actor; null where the vendor leaves a part out.</param>
internal sealed record AnalyticsActor(string Type, IReadOnlyList<string?> Parts)
{
    /// <summary>The id in the tables: the parts that are there.</summary>
    public string Id => string.Join(' ', Parts.OfType<string>());

    /// <summary>Its dimensions in the natural key.</summary>
    public static IEnumerable<(string Name, string? Value)> Dimensions(AnalyticsActor? actor) =>
        (actor?.Parts ?? []).Select(part => ("actor_id", part)).Prepend(("actor_type", actor?.Type));

    /// <summary>Reads the actor of a group; null where it has none, or one that the key may not see.</summary>
    public static AnalyticsActor? Read(Fields group) => group.ObjectOrNull("actor") is not { } actor ? null
        : actor.RequiredText("type") switch
        {
            "user_actor" => new AnalyticsActor("user", [actor.RequiredText("user_id")]),
            "service_account_actor" =>
                new AnalyticsActor("service_account", [actor.RequiredText("service_account_id")]),
            "api_actor" => new AnalyticsActor("api_key", [actor.RequiredText("api_key_id")]),
            "federated_actor" => new AnalyticsActor(
                "federated", [.. Provider(actor.Object("provider")), actor.Text("subject")]),
            var other => Unknown(actor, other),
        };

    private static IReadOnlyList<string?> Provider(Fields provider)
    {
        IReadOnlyList<string> names = provider.RequiredText("type") switch
        {
            "aws" => ["type", "account_id", "signed_principal"],
            "gcp" => ["type", "project_number"],
            "azure" => ["type", "subscription_id"],
            "oidc" => ["type", "issuer"],
            _ => [.. provider.Names().Order(StringComparer.Ordinal)],
        };
        return [.. names.Select(provider.Identifier)];
    }

    /// <summary>A kind of actor that is not documented yet is identified by every text beside its type.</summary>
    private static AnalyticsActor Unknown(Fields actor, string type)
    {
        string[] names =
        [
            .. actor.Names()
                .Where(name => name is not ("type" or "name" or "email_address")
                    && actor.Anything(name) is { ValueKind: JsonValueKind.String })
                .Order(StringComparer.Ordinal),
        ];
        if (names.Length == 0)
        {
            throw actor.Broken("type", $"is '{actor.Quote(type)}', and nothing beside it names the actor");
        }

        actor.Note($".type '{actor.Quote(type)}' is new; the actor is identified by {string.Join(", ", names)}");
        return new AnalyticsActor(type, [.. names.Select(actor.Text)]);
    }
}
