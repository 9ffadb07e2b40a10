-- ListUnitPrice-C-004-C: A tax has no list price.
ChargeCategory = 'Tax' AND ListUnitPrice IS NOT NULL

-- ListUnitPrice-C-005-C: Usage and purchases that correct nothing have a list price.
ChargeCategory IN ('Usage', 'Purchase') AND ChargeClass IS NULL AND ListUnitPrice IS NULL

-- ListUnitPrice-C-008-M: No list price is negative.
ListUnitPrice < 0

-- ListUnitPrice-C-010-C, ListCost-C-009-C, PricingQuantity-C-009-C: ListUnitPrice times PricingQuantity is ListCost, to the millionth, unless it corrects something.
ChargeClass IS NULL AND ListUnitPrice IS NOT NULL AND CASE
  WHEN PricingQuantity = 0 THEN ListCost <> 0
  ELSE ABS(ListCost / PricingQuantity - ListUnitPrice) * 1000000 > ABS(ListUnitPrice)
END

-- ListCost-C-008-C: What has no list price, and is no tax, has the list cost that is billed.
ListUnitPrice IS NULL AND ChargeCategory <> 'Tax' AND ListCost <> BilledCost

-- ContractedUnitPrice-C-005-C: A tax has no contracted price.
ChargeCategory = 'Tax' AND ContractedUnitPrice IS NOT NULL

-- ContractedUnitPrice-C-006-C: Usage and purchases that correct nothing have a contracted price.
ChargeCategory IN ('Usage', 'Purchase') AND ChargeClass IS NULL AND ContractedUnitPrice IS NULL

-- ContractedUnitPrice-C-009-C: No contracted price is negative.
ContractedUnitPrice < 0

-- ContractedUnitPrice-C-011-C, ContractedCost-C-009-C: ContractedUnitPrice times PricingQuantity is ContractedCost, to the millionth, unless it corrects something.
ChargeClass IS NULL AND ContractedUnitPrice IS NOT NULL AND CASE
  WHEN PricingQuantity = 0 THEN ContractedCost <> 0
  ELSE ABS(ContractedCost / PricingQuantity - ContractedUnitPrice) * 1000000 > ABS(ContractedUnitPrice)
END

-- ContractedCost-C-008-C: What has no contracted price, and is no tax, has the contracted cost that is billed.
ContractedUnitPrice IS NULL AND ChargeCategory <> 'Tax' AND ContractedCost <> BilledCost

-- PricingCategory-C-003-C: A tax has no pricing category.
ChargeCategory = 'Tax' AND PricingCategory IS NOT NULL

-- PricingCategory-C-004-C: Usage and purchases that correct nothing have a pricing category.
ChargeCategory IN ('Usage', 'Purchase') AND ChargeClass IS NULL AND PricingCategory IS NULL

-- PricingCategory-C-007-M: PricingCategory is Standard, Committed, Dynamic, Other or null.
PricingCategory NOT IN ('Standard', 'Committed', 'Dynamic', 'Other')

-- PricingCategory-C-009-C: What a commitment covers is Committed.
CommitmentDiscountId IS NOT NULL AND ChargeCategory = 'Usage' AND PricingCategory <> 'Committed'

-- PricingCurrencyListUnitPrice-C-004-C: A tax has no list price in the pricing currency.
ChargeCategory = 'Tax' AND PricingCurrencyListUnitPrice IS NOT NULL

-- PricingCurrencyListUnitPrice-C-005-C: Usage and purchases that correct nothing have a list price in the pricing currency.
ChargeCategory IN ('Usage', 'Purchase') AND ChargeClass IS NULL AND PricingCurrencyListUnitPrice IS NULL

-- PricingCurrencyListUnitPrice-C-008-M: No list price in the pricing currency is negative.
PricingCurrencyListUnitPrice < 0

-- PricingCurrencyListUnitPrice-C-009-M: Where the currency is one, so is the list price.
PricingCurrency = BillingCurrency AND PricingCurrencyListUnitPrice <> ListUnitPrice

-- PricingCurrencyContractedUnitPrice-C-004-C: A tax has no contracted price in the pricing currency.
ChargeCategory = 'Tax' AND PricingCurrencyContractedUnitPrice IS NOT NULL

-- PricingCurrencyContractedUnitPrice-C-005-C: Usage and purchases that correct nothing have a contracted price in the pricing currency.
ChargeCategory IN ('Usage', 'Purchase') AND ChargeClass IS NULL AND PricingCurrencyContractedUnitPrice IS NULL

-- PricingCurrencyContractedUnitPrice-C-008-C: No contracted price in the pricing currency is negative.
PricingCurrencyContractedUnitPrice < 0

-- PricingCurrencyContractedUnitPrice-C-009-C: Where the currency is one, so is the contracted price.
PricingCurrency = BillingCurrency AND PricingCurrencyContractedUnitPrice <> ContractedUnitPrice

-- PricingCurrencyEffectiveCost-C-006-M: Where the currency is one, so is the effective cost.
PricingCurrency = BillingCurrency AND PricingCurrencyEffectiveCost <> EffectiveCost
