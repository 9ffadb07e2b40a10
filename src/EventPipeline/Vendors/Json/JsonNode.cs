using System.Text.Json;

namespace EventPipeline.Vendors.Json;

/// <summary>One value.</summary>
internal struct JsonNode
{
    /// <summary>The number of its name; -1 where it is not a member.</summary>
    public int Name;

    /// <summary>The node it is in; -1 at the top.</summary>
    public int Parent;

    /// <summary>The node behind it and all that is in it.</summary>
    public int End;

    /// <summary>Where its text begins; of a string what stands between the quotes.</summary>
    public int Start;

    /// <summary>How many bytes of it there are.</summary>
    public int Length;

    public JsonValueKind Kind;

    /// <summary>Whether its text has escapes.</summary>
    public bool IsEscaped;
}
