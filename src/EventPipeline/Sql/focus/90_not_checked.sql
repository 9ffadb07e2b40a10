-- What no row can prove, by why.

-- BilledCost-C-007-M, InvoiceId-C-004-C, InvoiceId-C-005-C, InvoiceId-C-007-C, BillingCurrency-C-005-M, PricingUnit-C-009-C: no vendor's API tells invoices; compare the sums with them.

-- ChargeClass-C-003-C, ChargeClass-C-004-C: no vendor marks a line as a correction; what it changes in a closed period is in the view restatements.

-- EffectiveCost-C-005-C, PricingCurrencyEffectiveCost-C-005-M, EffectiveCost-C-009-C, ContractedCost-C-007-C, ListCost-C-007-C: no line is told as a purchase, a tax or what others amount to.

-- BilledCost-C-006-M, ListUnitPrice-C-009-M, ListCost-C-005-M, ContractedUnitPrice-C-010-C, ContractedCost-C-005-M, EffectiveCost-C-006-M: an amount does not say what it is in; connectors refuse all but US dollars.

-- SkuPriceId-C-009-M, SkuPriceId-C-010-M, SkuPriceId-C-012-C, SkuPriceId-C-013-M, SkuPriceId-C-014-C, SkuPriceId-C-015-C, PricingUnit-C-008-M: vendors publish prices for people, without ids.

-- SkuId-C-008-M, SkuId-C-009-M, SkuId-C-010-M, SkuId-C-011-C, SkuPriceDetails-C-018-C, SkuPriceDetails-C-021-M, SkuPriceDetails-C-022-C: what an id or a detail means is not in the row.

-- SkuPriceDetails-C-002-O, SkuPriceDetails-C-009-C, SkuPriceDetails-C-010-C, SkuPriceDetails-C-013-O, SkuPriceDetails-C-014-O, SkuPriceDetails-C-016-O: which details there could be, or were, is not in the row.

-- PricingCategory-C-008-C, PricingCategory-C-010-C, PricingCategory-C-011-C: how a price came about is not told.

-- BillingAccountId-C-004-M, BillingAccountId-C-005-O, ResourceId-C-007-M, ResourceId-C-008-O: whether an id is unique or qualified is up to the vendor.

-- SubAccountId-C-004-C, SubAccountId-C-005-C, ResourceId-C-004-C, ResourceId-C-005-C, ResourceName-C-005-C, RegionId-C-004-C, AvailabilityZone-C-003-C: whether a charge has more to do with than its line tells is not told.

-- BillingAccountType-C-006-M, SubAccountType-C-006-M, ServiceName-C-006-C, ServiceName-C-009-C: whether a word is the fitting one is for people to say.

-- CommitmentDiscountId-C-004-C, CommitmentDiscountId-C-005-C, CommitmentDiscountId-C-007-M, CommitmentDiscountId-C-008-C, CommitmentDiscountName-C-006-C: no vendor's lines tell commitments.

-- CommitmentDiscountQuantity-C-011-C, CommitmentDiscountQuantity-C-012-C, CommitmentDiscountQuantity-C-014-C, CommitmentDiscountQuantity-C-015-C, CommitmentDiscountUnit-C-008-M, CommitmentDiscountUnit-C-009-M, CommitmentDiscountUnit-C-010-C, EffectiveCost-C-012-C, EffectiveCost-C-013-C: no vendor's lines tell commitments.

-- CapacityReservationId-C-004-C, CapacityReservationId-C-006-C, CapacityReservationId-C-008-M, CapacityReservationId-C-009-O, CapacityReservationStatus-C-007-C, CapacityReservationStatus-C-008-C: no vendor's lines tell reservations.

-- DiscountHandling-A-001-C, DiscountHandling-A-003-C, DiscountHandling-A-004-C, DiscountHandling-A-006-C, DiscountHandling-A-007-C, DiscountHandling-A-009-C to DiscountHandling-A-020-C: vendors tell a discount as a list price beside the price, or not at all.

-- Tags-C-004-M, Tags-C-005-M, Tags-C-008-M, Tags-C-009-M, Tags-C-010-C, Tags-C-012-M, Tags-C-013-M, Tags-C-015-C, Tags-C-016-C, Tags-C-017-M: tags are made from the list of owners, whose own rules docs/focus.md tells.

-- StringHandling-A-001-M to StringHandling-A-006-M, NullHandling-A-001-C: whether a text was the vendor's, then and since, is not in the row; raw_page has the vendor's own.

-- DateTimeFormat-A-001-M to DateTimeFormat-A-006-M, NumericFormat-A-001-O to NumericFormat-A-013-O, UnitFormat-A-002-O: how a value is written is up to what exports it; the types are checked.

-- ColumnHandling-A-002-M, ColumnHandling-A-004-O, ColumnHandling-A-006-M, ColumnHandling-A-008-M, ChargeDescription-C-004-O: names of columns are the specification's; lengths are in no metadata.
