using System.Text.Json;
using EventPipeline.Vendors.Json;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>Whose record it is: the natural key of one day of Claude Code.</summary>
/// <param name="ActorType"><c>user</c>, <c>api_key_name</c>, or the vendor's own word.</param>
/// <param name="ActorIdName">The member of the actor that names it.</param>
/// <param name="ActorId">What it says.</param>
/// <param name="Terminal">The terminal.</param>
/// <param name="Customer">The kind of customer.</param>
/// <param name="Subscription">The kind of subscription.</param>
/// <param name="IsRemote">Whether it ran remotely.</param>
internal sealed record ClaudeCodeIdentity(
    string ActorType,
    string ActorIdName,
    string ActorId,
    string? Terminal,
    string? Customer,
    string? Subscription,
    bool? IsRemote)
{
    /// <summary>The dimensions in the order of the key.</summary>
    public IEnumerable<(string Name, string? Value)> Dimensions =>
    [
        ("actor_type", ActorType), ("actor_id", ActorId), ("terminal_type", Terminal), ("customer_type", Customer),
        ("subscription_type", Subscription),
        ("is_remote", IsRemote switch { null => null, true => "true", false => "false" }),
    ];

    /// <summary>Adds the parts of it that have no column.</summary>
    public Details AddTo(Details details) => details
        .Add("terminal_type", Terminal)
        .Add("customer_type", Customer)
        .Add("subscription_type", Subscription)
        .Add("is_remote", IsRemote);

    /// <summary>Reads a record's identity. An API key is known by its name only, and names are not unique.</summary>
    public static ClaudeCodeIdentity Read(Fields row)
    {
        var actor = row.Object("actor");
        var (type, idName) = actor.RequiredText("type") switch
        {
            "user_actor" => ("user", "email_address"),
            "api_actor" => ("api_key_name", "api_key_name"),
            var other => (other, OtherIdName(actor)),
        };
        return new ClaudeCodeIdentity(
            type,
            idName,
            actor.RequiredText(idName),
            row.Text("terminal_type"),
            row.Text("customer_type"),
            row.Text("subscription_type"),
            row.Flag("is_remote"));
    }

    /// <summary>A kind of actor that is not documented yet is identified by the first text beside its type.</summary>
    private static string OtherIdName(Fields actor)
    {
        var name = actor.Names()
            .Where(name => name != "type" && actor.Anything(name) is { ValueKind: JsonValueKind.String })
            .Order(StringComparer.Ordinal)
            .FirstOrDefault()
            ?? throw actor.Broken("type", "is not user_actor or api_actor, and nothing beside it names the actor");
        actor.Note($".type is new; the actor is identified by '{name}'");
        return name;
    }
}
