-- PricingQuantity-C-004-C: A tax has no pricing quantity.
ChargeCategory = 'Tax' AND PricingQuantity IS NOT NULL

-- PricingQuantity-C-005-C: Usage and purchases that correct nothing have a pricing quantity.
ChargeCategory IN ('Usage', 'Purchase') AND ChargeClass IS NULL AND PricingQuantity IS NULL

-- PricingUnit-C-003-O should: PricingUnit is a capitalized unit in the plural, such as Tokens, 1000 Tokens, GB-Hours or Requests/Second.
NOT REGEXP_CONTAINS(PricingUnit, @unit)

-- PricingUnit-C-005-C: Without a pricing quantity there is no pricing unit.
PricingQuantity IS NULL AND PricingUnit IS NOT NULL

-- PricingUnit-C-006-C: A pricing quantity has a unit.
PricingQuantity IS NOT NULL AND PricingUnit IS NULL

-- ConsumedQuantity-C-004-C: Only usage is consumed, and of a commitment only what is used.
(ChargeCategory <> 'Usage' OR CommitmentDiscountStatus = 'Unused') AND ConsumedQuantity IS NOT NULL

-- ConsumedQuantity-C-006-C: Usage that corrects nothing has a consumed quantity.
ChargeCategory = 'Usage' AND COALESCE(CommitmentDiscountStatus, '') <> 'Unused' AND ChargeClass IS NULL AND ConsumedQuantity IS NULL

-- ConsumedUnit-C-003-O should: ConsumedUnit is a capitalized unit in the plural, such as Tokens, GB-Hours or Requests/Second.
NOT REGEXP_CONTAINS(ConsumedUnit, @unit)

-- ConsumedUnit-C-005-C: Without a consumed quantity there is no consumed unit.
ConsumedQuantity IS NULL AND ConsumedUnit IS NOT NULL

-- ConsumedUnit-C-006-C: A consumed quantity has a unit.
ConsumedQuantity IS NOT NULL AND ConsumedUnit IS NULL

-- CommitmentDiscountQuantity-C-005-C: Usage and purchases of a commitment that correct nothing have its quantity.
ChargeCategory IN ('Usage', 'Purchase') AND CommitmentDiscountId IS NOT NULL AND ChargeClass IS NULL AND CommitmentDiscountQuantity IS NULL

-- CommitmentDiscountQuantity-C-007-C: Nothing but usage and purchases of a commitment has its quantity.
(ChargeCategory NOT IN ('Usage', 'Purchase') OR CommitmentDiscountId IS NULL) AND CommitmentDiscountQuantity IS NOT NULL

-- CommitmentDiscountUnit-C-003-M should: CommitmentDiscountUnit is a capitalized unit in the plural.
NOT REGEXP_CONTAINS(CommitmentDiscountUnit, @unit)

-- CommitmentDiscountUnit-C-005-C: Without a quantity of a commitment there is no unit of it.
CommitmentDiscountQuantity IS NULL AND CommitmentDiscountUnit IS NOT NULL

-- CommitmentDiscountUnit-C-006-C: A quantity of a commitment has a unit.
CommitmentDiscountQuantity IS NOT NULL AND CommitmentDiscountUnit IS NULL
