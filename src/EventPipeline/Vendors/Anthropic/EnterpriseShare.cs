using EventPipeline.Vendors.Keys;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>What a day's usage or money is grouped by; null where it is not, or where the vendor says null.</summary>
internal sealed record EnterpriseGroup(
    string? Product, string? Model, string? CostType = null, string? TokenType = null)
{
    /// <summary>What has no group: all of a day, and what is left of it.</summary>
    public static readonly EnterpriseGroup None = new(null, null);
}

/// <summary>
/// A part of a day's usage or money: all of it, that of a group, a person's in a group, or what is left.
/// </summary>
/// <param name="Group">Its group.</param>
/// <param name="Actor">Whose it is; null for everybody's, or for what is nobody's.</param>
/// <param name="Numbers">What is counted, in an order of the report's own.</param>
/// <param name="Words">What the vendor said beside it.</param>
internal sealed record EnterpriseShare(
    EnterpriseGroup Group, AnalyticsActor? Actor, IReadOnlyList<decimal> Numbers, RowWords Words)
{
    // Amounts are rounded one by one, so that they differ from their sum by less than a thousandth of a cent.
    private const decimal Rounding = 0.000_01m;

    private bool IsLeft => Numbers.Any(number => Math.Abs(number) >= Rounding);

    /// <summary>
    /// Takes parts from their wholes. A part whose group the whole leaves out, is taken from what has no group.
    /// </summary>
    /// <param name="wholes">The wholes, each of another group.</param>
    /// <param name="parts">The parts.</param>
    /// <returns>
    /// The parts, and what is left of the wholes; null where they are no parts of them, because they are more.
    /// </returns>
    public static IReadOnlyList<EnterpriseShare>? Split(
        IReadOnlyList<EnterpriseShare> wholes, IReadOnlyList<EnterpriseShare> parts)
    {
        var rests = new Dictionary<EnterpriseGroup, EnterpriseShare>();
        if (!wholes.All(whole => rests.TryAdd(whole.Group, whole)))
        {
            return null;
        }

        foreach (var part in parts)
        {
            var group = rests.ContainsKey(part.Group) ? part.Group : EnterpriseGroup.None;
            if (!rests.TryGetValue(group, out var rest) || rest.Less(part) is not { } left)
            {
                return null;
            }

            rests[group] = left;
        }

        return [.. parts, .. rests.Values.Where(rest => rest.IsLeft)];
    }

    /// <summary>What is left without a part; null where that is more, or leaves more digits than can be kept.</summary>
    private EnterpriseShare? Less(EnterpriseShare part)
    {
        var left = new decimal[Numbers.Count];
        for (var i = 0; i < left.Length; i++)
        {
            if (!Money.TryAdd(Numbers[i], -part.Numbers[i], out left[i])
                || (Numbers[i] > -Rounding && left[i] <= -Rounding))
            {
                return null;
            }
        }

        return this with { Numbers = left };
    }
}
