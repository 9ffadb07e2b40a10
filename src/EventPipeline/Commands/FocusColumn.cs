namespace EventPipeline.Commands;

/// <summary>A column of FOCUS 1.2, as its specification has it.</summary>
/// <param name="Name">Its id.</param>
/// <param name="Type">What its values are.</param>
/// <param name="Presence">The rule that asks for it, e.g. <c>D-006-M</c>: mandatory, conditional or optional.</param>
/// <param name="TypeRule">The rule of its type, e.g. <c>C-001-M</c>; null where it has none.</param>
/// <param name="NotNull">The rule that it is never null; null where it may be.</param>
internal sealed record FocusColumn(
    string Name, FocusType Type, string Presence, string? TypeRule = "C-001-M", string? NotNull = null)
{
    /// <summary>All of them, in the order of the specification and of the view.</summary>
    public static IReadOnlyList<FocusColumn> All { get; } =
    [
        new("AvailabilityZone", FocusType.Text, "D-003-C"),
        new("BilledCost", FocusType.Number, "D-006-M", NotNull: "C-003-M"),
        new("BillingAccountId", FocusType.Text, "D-024-M", "C-002-M", NotNull: "C-001-M"),
        new("BillingAccountName", FocusType.Text, "D-005-M", NotNull: "C-003-C"),
        new("BillingAccountType", FocusType.Text, "D-007-C"),
        new("BillingCurrency", FocusType.Text, "D-035-M", NotNull: "C-004-M"),
        new("BillingPeriodEnd", FocusType.Time, "D-010-M", NotNull: "C-003-M"),
        new("BillingPeriodStart", FocusType.Time, "D-009-M", NotNull: "C-003-M"),
        new("CapacityReservationId", FocusType.Text, "D-065-C"),
        new("CapacityReservationStatus", FocusType.Text, "D-020-C"),
        new("ChargeCategory", FocusType.Text, "D-008-M", NotNull: "C-002-M"),
        new("ChargeClass", FocusType.Text, "D-026-M"),
        new("ChargeDescription", FocusType.Text, "D-025-M", NotNull: "C-003-O"),
        new("ChargeFrequency", FocusType.Text, "D-027-O", NotNull: "C-002-M"),
        new("ChargePeriodEnd", FocusType.Time, "D-028-M", NotNull: "C-003-M"),
        new("ChargePeriodStart", FocusType.Time, "D-037-M", NotNull: "C-003-M"),
        new("CommitmentDiscountCategory", FocusType.Text, "D-016-C"),
        new("CommitmentDiscountId", FocusType.Text, "D-013-C"),
        new("CommitmentDiscountName", FocusType.Text, "D-012-C"),
        new("CommitmentDiscountQuantity", FocusType.Number, "D-018-C"),
        new("CommitmentDiscountStatus", FocusType.Text, "D-017-C"),
        new("CommitmentDiscountType", FocusType.Text, "D-014-C"),
        new("CommitmentDiscountUnit", FocusType.Text, "D-015-C"),
        new("ConsumedQuantity", FocusType.Number, "D-011-C"),
        new("ConsumedUnit", FocusType.Text, "D-066-C"),
        new("ContractedCost", FocusType.Number, "D-030-M", NotNull: "C-003-M"),
        new("ContractedUnitPrice", FocusType.Number, "D-034-C", "C-002-M"),
        new("EffectiveCost", FocusType.Number, "D-031-M", NotNull: "C-003-M"),
        new("InvoiceId", FocusType.Text, "D-033-O"),
        new("InvoiceIssuerName", FocusType.Text, "D-023-M", NotNull: "C-003-M"),
        new("ListCost", FocusType.Number, "D-032-M", NotNull: "C-003-M"),
        new("ListUnitPrice", FocusType.Number, "D-004-C"),
        new("PricingCategory", FocusType.Text, "D-022-C"),
        new("PricingCurrency", FocusType.Text, "D-045-C", NotNull: "C-004-M"),
        new("PricingCurrencyContractedUnitPrice", FocusType.Number, "D-046-C"),
        new("PricingCurrencyEffectiveCost", FocusType.Number, "D-050-C", NotNull: "C-003-M"),
        new("PricingCurrencyListUnitPrice", FocusType.Number, "D-054-C"),
        new("PricingQuantity", FocusType.Number, "D-036-M"),
        new("PricingUnit", FocusType.Text, "D-068-M"),
        new("ProviderName", FocusType.Text, "D-038-M", NotNull: "C-003-M"),
        new("PublisherName", FocusType.Text, "D-021-M", NotNull: "C-003-M"),
        new("RegionId", FocusType.Text, "D-063-C"),
        new("RegionName", FocusType.Text, "D-062-C"),
        new("ResourceId", FocusType.Text, "D-043-C"),
        new("ResourceName", FocusType.Text, "D-044-C"),
        new("ResourceType", FocusType.Text, "D-039-C"),
        new("ServiceCategory", FocusType.Text, "D-040-M", NotNull: "C-002-M"),
        new("ServiceName", FocusType.Text, "D-041-M", NotNull: "C-003-M"),
        new("ServiceSubcategory", FocusType.Text, "D-042-O", NotNull: "C-002-M"),
        new("SkuId", FocusType.Text, "D-060-C"),
        new("SkuMeter", FocusType.Text, "D-059-C"),
        new("SkuPriceDetails", FocusType.Text, "D-061-C", TypeRule: null),
        new("SkuPriceId", FocusType.Text, "D-058-C"),
        new("SubAccountId", FocusType.Text, "D-019-C"),
        new("SubAccountName", FocusType.Text, "D-029-C"),
        new("SubAccountType", FocusType.Text, "D-067-C"),
        new("Tags", FocusType.Text, "D-064-C", TypeRule: null),
    ];

    /// <summary>Whether a value is of its type.</summary>
    public bool Takes(object value) => Type switch
    {
        FocusType.Number => value is decimal or long,
        FocusType.Time => value is DateTimeOffset,
        _ => value is string,
    };
}

/// <summary>What the values of a column are.</summary>
internal enum FocusType
{
    Text,
    Number,
    Time,
}
