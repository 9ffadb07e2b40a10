-- Billed money in the columns of the FinOps Open Cost and Usage Specification 1.2 (https://focus.finops.org): a row for each line, every billed dollar once. What is in each
-- column, and why it may be null, is in docs/focus.md; `focus check` runs the rules of the specification over the rows.
-- ChargeCategory: a negative line that names what was used is usage, of which refunds are part; a credit is granted, and says so.
-- Quantities are the vendor's: PricingQuantity in its own unit, ConsumedQuantity in single units: 2 of '1000 Tokens' are 2000 'Tokens'. FOCUS wants both of all usage: where the
-- vendor tells none, 'US Dollars' are counted, which cost one dollar each. So are those of a line whose unit price would be negative, unknown (of 0 units) or next to nothing.
-- SkuId: the vendor's, else made of what is sold; SkuPriceId adds what else tells one price from another. 'global' and 'not_available' are not regions.
-- Tags are of whom the line is billed to in attributed_cost; what is split there has none.
-- Filter by x_UsageDate, the day of ChargePeriodStart: BigQuery reads only the days that are left, and refuses a query without a filter of days, such as one by
-- ChargePeriodStart alone. The names are those of every day, and are read whole.
-- The braces stand for what every vendor's own folder says of it.
-- Columns:
-- AvailabilityZone: Always null: no vendor tells one.
-- BilledCost: What is invoiced, US dollars.
-- BillingAccountId: The account_id.
-- BillingAccountName: The organisation's name, else its account_id.
-- BillingAccountType: What the vendor calls it.
-- BillingCurrency: The currency that the vendor stated.
-- BillingPeriodEnd: The first moment of the next month, UTC, not included.
-- BillingPeriodStart: The first moment of the calendar month of the charge, UTC.
-- CapacityReservationId: Always null: no vendor's lines tell one.
-- CapacityReservationStatus: Always null, with CapacityReservationId.
-- ChargeCategory: Usage, Credit or Adjustment.
-- ChargeClass: Always null: no vendor marks a correction of a closed period.
-- ChargeDescription: The vendor's text of the line, else its class, model and kind of token, else its model, else its report.
-- ChargeFrequency: Usage-Based, of what is not usage One-Time.
-- ChargePeriodEnd: When the charge ends, UTC, not included.
-- ChargePeriodStart: When it begins, UTC, included.
-- CommitmentDiscountCategory: Always null, with CommitmentDiscountId.
-- CommitmentDiscountId: Always null: no vendor's lines tell one.
-- CommitmentDiscountName: Always null, with CommitmentDiscountId.
-- CommitmentDiscountQuantity: Always null, with CommitmentDiscountId.
-- CommitmentDiscountStatus: Always null, with CommitmentDiscountId.
-- CommitmentDiscountType: Always null, with CommitmentDiscountId.
-- CommitmentDiscountUnit: Always null, with CommitmentDiscountId.
-- ConsumedQuantity: What was used, in single units; US dollars where the vendor tells no quantity. Null but for usage.
-- ConsumedUnit: What ConsumedQuantity counts. Null with it.
-- ContractedCost: After the contract's discount, US dollars: what is billed.
-- ContractedUnitPrice: ContractedCost for one PricingUnit. Null but for usage.
-- EffectiveCost: What is billed: nothing is amortised.
-- InvoiceId: Always null: no vendor tells one.
-- InvoiceIssuerName: Who sends the invoice: the same as ProviderName.
-- ListCost: Of usage before discount, US dollars; what is billed where the vendor tells no list price.
-- ListUnitPrice: ListCost for one PricingUnit. Null but for usage.
-- PricingCategory: Standard. Null but for usage.
-- PricingCurrency: The currency of prices: BillingCurrency.
-- PricingCurrencyContractedUnitPrice: ContractedUnitPrice in PricingCurrency.
-- PricingCurrencyEffectiveCost: EffectiveCost in PricingCurrency.
-- PricingCurrencyListUnitPrice: ListUnitPrice in PricingCurrency.
-- PricingQuantity: What is priced, in the vendor's own unit; US dollars where no price of a unit can be known. Null but for usage.
-- PricingUnit: What PricingQuantity counts. Null with it.
-- ProviderName: Who sells the service.
-- PublisherName: Who makes it available: the same.
-- RegionId: Where inference ran, where that is a region.
-- RegionName: Its name.
-- ResourceId: The API key.
-- ResourceName: Its name.
-- ResourceType: API Key. Null with ResourceId.
-- ServiceCategory: AI and Machine Learning.
-- ServiceName: What is sold.
-- ServiceSubcategory: Generative AI.
-- SkuId: What is sold: the vendor's own, else made of what it tells. Null but for usage and where the vendor tells its own.
-- SkuMeter: What is measured: the kind of token, else the class or text of the line, else its report. Null with SkuId.
-- SkuPriceDetails: What tells one price of a SkuId from another, as a JSON object: x_ServiceTier, x_ContextWindow, x_Region.
-- SkuPriceId: What tells one price from another: SkuId, with SkuPriceDetails. Null with SkuId.
-- SubAccountId: The workspace, project or team. Null for the vendor's default one.
-- SubAccountName: Its name, else its id.
-- SubAccountType: What the vendor calls it. Null with SubAccountId.
-- Tags: The team and cost center that the line belongs to, as a JSON object. Null where it names nothing that is owned.
-- x_Model: The model, as the vendor spells it.
-- x_TokenType: Which tokens the line prices.
-- x_ServiceTier: The service tier, as the vendor spells it.
-- x_ContextWindow: The context window's class, as the vendor spells it.
-- x_InferenceGeo: Where inference ran, as the vendor spells it.
-- x_ActorId: Who used it.
-- x_ActorType: What x_ActorId names.
-- x_ApiKeyId: The API key.
-- x_CostBasis: billed.
-- x_SourceReport: The report that the line is of.
-- x_ObservedAt: When the read began that the line is of, UTC.
-- x_UsageDate: The UTC day of ChargePeriodStart, to filter by.
CREATE OR REPLACE VIEW {dataset}.focus AS
WITH told AS (
  SELECT
    *,
    CASE
      WHEN COALESCE(sku, cost_type, token_type, model) IS NOT NULL OR quantity IS NOT NULL THEN 'Usage'
      WHEN LOWER(line_item) LIKE '%credit%' OR LOWER(line_item) LIKE '%promo%' THEN 'Credit'
      WHEN amount_usd < 0 AND (line_item IS NULL OR LOWER(line_item) LIKE '%adjust%' OR LOWER(line_item) LIKE '%correct%'
        OR LOWER(line_item) LIKE '%refund%') THEN 'Adjustment'
      ELSE 'Usage'
    END AS category,
    CASE WHEN region IN ('', 'global', 'not_available') THEN NULL ELSE region END AS place,
    CASE WHEN SUBSTR(quantity_unit, 1, 8) = '1000000_' THEN 1000000 WHEN SUBSTR(quantity_unit, 1, 5) = '1000_' THEN 1000 ELSE 1 END AS block,
    CASE
      WHEN quantity_unit = '' THEN NULL
      WHEN SUBSTR(quantity_unit, 1, 8) = '1000000_' THEN SUBSTR(quantity_unit, 9)
      WHEN SUBSTR(quantity_unit, 1, 5) = '1000_' THEN SUBSTR(quantity_unit, 6)
      ELSE quantity_unit
    END AS base_unit
  FROM {dataset}.cost
),
named AS (
  SELECT
    *,
    CASE WHEN category = 'Usage' THEN COALESCE(list_usd, amount_usd) ELSE amount_usd END AS list_cost,
    CASE
      WHEN base_unit IS NULL THEN 'Units'
      WHEN base_unit = 'duration_seconds' THEN 'Seconds'
      WHEN base_unit = 'duration_minutes' THEN 'Minutes'
      WHEN base_unit = 'duration_hours' THEN 'Hours'
      WHEN base_unit = 'gibibyte_hours' THEN 'GiB-Hours'
      WHEN base_unit = 'ai_credits' THEN 'AI Credits'
      ELSE UPPER(SUBSTR(base_unit, 1, 1)) || REPLACE(SUBSTR(base_unit, 2), '_', ' ')
    END AS unit,
    COALESCE(
      sku,
      CASE WHEN COALESCE(cost_type, token_type) IS NOT NULL OR (model IS NOT NULL AND line_item IS NULL) THEN
        vendor || COALESCE('/' || cost_type, '') || COALESCE('/' || model, '') || COALESCE('/' || token_type, '')
      END,
      CASE WHEN category = 'Usage' THEN vendor || '/' || COALESCE(line_item, report) END
    ) AS sku_id
  FROM told
),
counted AS (
  SELECT
    *,
    -- Not where a unit costs less than sixteen digits can tell.
    category = 'Usage'
      AND ((quantity > 0 AND list_cost >= 0 AND amount_usd >= 0) OR (quantity < 0 AND list_cost <= 0 AND amount_usd <= 0))
      AND (list_cost = 0 OR ABS(list_cost) * 10000000000 >= ABS(quantity))
      AND (amount_usd = 0 OR ABS(amount_usd) * 10000000000 >= ABS(quantity)) AS has_unit_price,
    CASE WHEN list_cost <> 0 THEN list_cost ELSE amount_usd END AS dollars
  FROM named
),
priced AS (
  SELECT
    *,
    CASE WHEN category = 'Usage' THEN CASE WHEN has_unit_price THEN quantity ELSE dollars END END AS pricing_quantity,
    CASE
      WHEN category <> 'Usage' THEN NULL
      WHEN NOT COALESCE(has_unit_price, FALSE) THEN 'US Dollars'
      WHEN block = 1 THEN unit
      ELSE CAST(block AS STRING) || ' ' || unit
    END AS pricing_unit,
    CASE WHEN category = 'Usage' THEN COALESCE(quantity * block, dollars) END AS consumed_quantity,
    CASE WHEN category = 'Usage' THEN CASE WHEN quantity IS NULL THEN 'US Dollars' ELSE unit END END AS consumed_unit
  FROM counted
),
lines AS (
  SELECT
    *,
    CASE
      WHEN pricing_quantity = 0 THEN CAST(1 AS BIGNUMERIC)
      ELSE CAST(ROUND(CAST(list_cost AS BIGNUMERIC) / CAST(pricing_quantity AS BIGNUMERIC), 16) AS BIGNUMERIC)
    END AS list_price,
    CASE
      WHEN pricing_quantity = 0 THEN CAST(1 AS BIGNUMERIC)
      ELSE CAST(ROUND(CAST(amount_usd AS BIGNUMERIC) / CAST(pricing_quantity AS BIGNUMERIC), 16) AS BIGNUMERIC)
    END AS contracted_price,
    CASE WHEN service_tier IS NOT NULL THEN ',"x_ServiceTier":' || TO_JSON_STRING(service_tier) ELSE '' END
      || CASE WHEN context_window IS NOT NULL THEN ',"x_ContextWindow":' || TO_JSON_STRING(context_window) ELSE '' END
      || CASE WHEN place IS NOT NULL THEN ',"x_Region":' || TO_JSON_STRING(place) ELSE '' END AS price_details
  FROM priced
),
owned AS (
  SELECT
    n.*,
    COALESCE(u.ownership, e.ownership, k.ownership, w.ownership, a.ownership) AS ownership
  FROM lines AS n
  {owners}
)
SELECT
  CAST(NULL AS STRING) AS AvailabilityZone,
  c.amount_usd AS BilledCost,
  c.account_id AS BillingAccountId,
  COALESCE(o.name, c.account_id) AS BillingAccountName,
  {billing_account_type} AS BillingAccountType,
  c.currency AS BillingCurrency,
  CAST(DATE_ADD(DATE_ADD(c.usage_date, INTERVAL (1 - EXTRACT(DAY FROM c.usage_date)) DAY), INTERVAL 1 MONTH) AS TIMESTAMP) AS BillingPeriodEnd,
  CAST(DATE_ADD(c.usage_date, INTERVAL (1 - EXTRACT(DAY FROM c.usage_date)) DAY) AS TIMESTAMP) AS BillingPeriodStart,
  CAST(NULL AS STRING) AS CapacityReservationId,
  CAST(NULL AS STRING) AS CapacityReservationStatus,
  c.category AS ChargeCategory,
  CAST(NULL AS STRING) AS ChargeClass,
  COALESCE(c.line_item, c.cost_type || COALESCE(', ' || c.model, '') || COALESCE(', ' || c.token_type, ''), c.model, c.report) AS ChargeDescription,
  CASE c.category WHEN 'Usage' THEN 'Usage-Based' ELSE 'One-Time' END AS ChargeFrequency,
  CAST(DATE_ADD(c.usage_date, INTERVAL 1 DAY) AS TIMESTAMP) AS ChargePeriodEnd,
  c.bucket_start AS ChargePeriodStart,
  CAST(NULL AS STRING) AS CommitmentDiscountCategory,
  CAST(NULL AS STRING) AS CommitmentDiscountId,
  CAST(NULL AS STRING) AS CommitmentDiscountName,
  CAST(NULL AS BIGNUMERIC) AS CommitmentDiscountQuantity,
  CAST(NULL AS STRING) AS CommitmentDiscountStatus,
  CAST(NULL AS STRING) AS CommitmentDiscountType,
  CAST(NULL AS STRING) AS CommitmentDiscountUnit,
  c.consumed_quantity AS ConsumedQuantity,
  c.consumed_unit AS ConsumedUnit,
  c.amount_usd AS ContractedCost,
  c.contracted_price AS ContractedUnitPrice,
  c.amount_usd AS EffectiveCost,
  CAST(NULL AS STRING) AS InvoiceId,
  {provider_name} AS InvoiceIssuerName,
  c.list_cost AS ListCost,
  c.list_price AS ListUnitPrice,
  CASE c.category WHEN 'Usage' THEN 'Standard' END AS PricingCategory,
  c.currency AS PricingCurrency,
  c.contracted_price AS PricingCurrencyContractedUnitPrice,
  c.amount_usd AS PricingCurrencyEffectiveCost,
  c.list_price AS PricingCurrencyListUnitPrice,
  c.pricing_quantity AS PricingQuantity,
  c.pricing_unit AS PricingUnit,
  {provider_name} AS ProviderName,
  {provider_name} AS PublisherName,
  c.place AS RegionId,
  CASE c.place WHEN 'us' THEN 'United States' ELSE c.place END AS RegionName,
  c.api_key_id AS ResourceId,
  key.name AS ResourceName,
  CASE WHEN c.api_key_id IS NULL THEN NULL ELSE 'API Key' END AS ResourceType,
  'AI and Machine Learning' AS ServiceCategory,
  {service_name} AS ServiceName,
  'Generative AI' AS ServiceSubcategory,
  c.sku_id AS SkuId,
  CASE WHEN c.sku_id IS NULL THEN NULL ELSE COALESCE(c.token_type, c.cost_type, c.line_item, c.report) END AS SkuMeter,
  CASE WHEN c.sku_id IS NULL OR c.price_details = '' THEN NULL ELSE '{' || SUBSTR(c.price_details, 2) || '}' END AS SkuPriceDetails,
  CASE WHEN c.price_details = '' THEN c.sku_id ELSE c.sku_id || '{' || SUBSTR(c.price_details, 2) || '}' END AS SkuPriceId,
  c.sub_account_id AS SubAccountId,
  COALESCE(sub.name, c.sub_account_id) AS SubAccountName,
  CASE WHEN c.sub_account_id IS NULL THEN NULL {sub_account_types} ELSE '{usual_sub_account}' END AS SubAccountType,
  CASE
    WHEN p.team IS NOT NULL AND p.cost_center IS NOT NULL
      THEN '{"team":' || TO_JSON_STRING(p.team) || ',"cost_center":' || TO_JSON_STRING(p.cost_center) || '}'
    WHEN p.team IS NOT NULL THEN '{"team":' || TO_JSON_STRING(p.team) || '}'
    WHEN p.cost_center IS NOT NULL THEN '{"cost_center":' || TO_JSON_STRING(p.cost_center) || '}'
  END AS Tags,
  c.model AS x_Model,
  c.token_type AS x_TokenType,
  c.service_tier AS x_ServiceTier,
  c.context_window AS x_ContextWindow,
  c.region AS x_InferenceGeo,
  c.actor_id AS x_ActorId,
  c.actor_type AS x_ActorType,
  c.api_key_id AS x_ApiKeyId,
  c.basis AS x_CostBasis,
  c.report AS x_SourceReport,
  s.read_began AS x_ObservedAt,
  c.usage_date AS x_UsageDate
FROM owned AS c
JOIN {dataset}.current_slices AS s
  ON c.vendor = s.vendor AND c.account_id = s.account_id AND c.report = s.report AND c.usage_date = s.usage_date
LEFT JOIN (
  -- An account is one organisation, whatever its account_id is made of.
  SELECT vendor, account_id, MIN(name) AS name
  FROM {dataset}.entity
  WHERE kind = 'organization'
  GROUP BY vendor, account_id
) AS o
  ON c.vendor = o.vendor AND c.account_id = o.account_id
LEFT JOIN {dataset}.entity AS sub
  ON c.vendor = sub.vendor AND c.account_id = sub.account_id AND sub.kind IN ('workspace', 'project') AND sub.id = c.sub_account_id
LEFT JOIN {dataset}.entity AS key
  ON c.vendor = key.vendor AND c.account_id = key.account_id AND key.kind = 'api_key' AND key.id = c.api_key_id
LEFT JOIN {dataset}.person AS p
  ON p.ownership = c.ownership;
