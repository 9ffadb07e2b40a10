-- Rules of FOCUS 1.2, by the ids of its requirements. Of each, the lines below it are what is true of a row that breaks it; `should` marks a recommendation.

-- ChargeCategory-C-003-M: ChargeCategory is Usage, Purchase, Tax, Credit or Adjustment.
ChargeCategory NOT IN ('Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment')

-- ChargeClass-C-005-C: ChargeClass is Correction or null.
ChargeClass <> 'Correction'

-- ChargeFrequency-C-003-M: ChargeFrequency is One-Time, Recurring or Usage-Based.
ChargeFrequency NOT IN ('One-Time', 'Recurring', 'Usage-Based')

-- ChargeFrequency-C-004-C: A purchase is not Usage-Based.
ChargeCategory = 'Purchase' AND ChargeFrequency = 'Usage-Based'

-- BillingCurrency-C-003-M, BillingCurrency-C-006-M: BillingCurrency is the code of a national currency: three capital letters.
NOT REGEXP_CONTAINS(BillingCurrency, '^[A-Z][A-Z][A-Z]$')

-- BillingPeriodEnd-C-004-M: A billing period ends after it begins.
BillingPeriodEnd <= BillingPeriodStart

-- BillingPeriodStart-C-004-M: A charge that corrects nothing begins within its billing period.
ChargeClass IS NULL AND (ChargePeriodStart < BillingPeriodStart OR ChargePeriodStart >= BillingPeriodEnd)

-- ChargePeriodEnd-C-004-M: A charge ends after it begins.
ChargePeriodEnd <= ChargePeriodStart

-- ChargePeriodStart-C-004-M: A charge begins on the day that it is filtered by.
CAST(ChargePeriodStart AS DATE) <> x_UsageDate

-- BilledCost-C-005-C: What is paid to another than the provider is not billed.
ProviderName <> InvoiceIssuerName AND BilledCost <> 0

-- EffectiveCost-C-010-C: The effective cost of a credit or an adjustment is what is billed.
ChargeCategory IN ('Credit', 'Adjustment') AND EffectiveCost <> BilledCost
