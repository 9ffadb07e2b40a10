-- Billed money in the columns of the FinOps Open Cost and Usage Specification 1.2 (https://focus.finops.org). What a vendor does not tell is null.
-- ChargeCategory: a negative line that names what was used is usage, of which refunds are part; a credit is granted, and says so.
-- Quantities: PricingQuantity is the vendor's own in its own unit; ConsumedQuantity is the same in single units: 2 of '1000 Tokens' are 2000 'Tokens'.
-- SkuId: the vendor's, else what tells one price from another, which may be the text of the line. 'global' and 'not_available' are not regions.
-- Filter by x_UsageDate, the day of ChargePeriodStart: BigQuery reads only the days that are left, and refuses a query without a filter of days, such as one by
-- ChargePeriodStart alone. The names are those of every day, and are read whole.
-- The braces stand for what every vendor's own folder says of it.
-- Columns:
-- ProviderName: Who sells the service.
-- PublisherName: Who makes it available: the same.
-- InvoiceIssuerName: Who sends the invoice: the same.
-- ServiceName: What is sold.
-- ServiceCategory: AI and Machine Learning.
-- ServiceSubcategory: Generative AI.
-- BillingAccountId: The account_id.
-- BillingAccountName: The organisation's name, else its account_id.
-- SubAccountId: The workspace, project or team. Null for the vendor's default one.
-- SubAccountName: Its name.
-- SubAccountType: What the vendor calls it. Null with SubAccountId.
-- ChargePeriodStart: When the charge begins, UTC, included.
-- ChargePeriodEnd: When it ends, UTC, not included.
-- BillingPeriodStart: The first moment of its calendar month, UTC.
-- BillingPeriodEnd: The first moment of the next, not included.
-- ChargeCategory: Usage, Credit or Adjustment.
-- ChargeClass: Always null: no vendor marks a correction of a closed period.
-- ChargeDescription: The vendor's text of the line, else its class.
-- ConsumedQuantity: What was used, in single units. Null where the vendor does not tell.
-- ConsumedUnit: What ConsumedQuantity counts. Null with it.
-- PricingQuantity: What is priced, in the vendor's own unit.
-- PricingUnit: What PricingQuantity counts.
-- BilledCost: What is invoiced, US dollars.
-- EffectiveCost: The same: nothing is amortised.
-- ListCost: Before discount, US dollars; what is billed where the vendor tells no list price.
-- ContractedCost: After the contract's discount, US dollars: what is billed.
-- BillingCurrency: The currency that the vendor stated.
-- SkuId: What tells one price from another: the vendor's own, else made of what it tells.
-- SkuMeter: What is measured: the kind of token, else the class of the line.
-- SkuPriceId: Always null: no vendor tells one.
-- ResourceId: The API key.
-- ResourceName: Its name.
-- ResourceType: API Key. Null with ResourceId.
-- RegionId: Where inference ran, where that is a region.
-- RegionName: Its name.
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
lines AS (
  SELECT
    *,
    CASE base_unit
      WHEN 'tokens' THEN 'Tokens'
      WHEN 'requests' THEN 'Requests'
      WHEN 'calls' THEN 'Calls'
      WHEN 'sessions' THEN 'Sessions'
      WHEN 'images' THEN 'Images'
      WHEN 'characters' THEN 'Characters'
      WHEN 'seconds' THEN 'Seconds'
      WHEN 'duration_seconds' THEN 'Seconds'
      WHEN 'duration_minutes' THEN 'Minutes'
      WHEN 'duration_hours' THEN 'Hours'
      WHEN 'gibibyte_hours' THEN 'GiB-Hours'
      ELSE base_unit
    END AS unit,
    COALESCE(
      sku,
      CASE WHEN COALESCE(cost_type, token_type) IS NOT NULL OR (model IS NOT NULL AND line_item IS NULL) THEN
        vendor || COALESCE('/' || cost_type, '') || COALESCE('/' || model, '') || COALESCE('/' || token_type, '') || COALESCE('/' || service_tier, '')
          || COALESCE('/' || context_window, '') || COALESCE('/' || place, '')
      END,
      CASE WHEN category = 'Usage' THEN vendor || '/' || line_item END
    ) AS sku_id
  FROM told
)
SELECT
  {provider_name} AS ProviderName,
  {provider_name} AS PublisherName,
  {provider_name} AS InvoiceIssuerName,
  {service_name} AS ServiceName,
  'AI and Machine Learning' AS ServiceCategory,
  'Generative AI' AS ServiceSubcategory,
  c.account_id AS BillingAccountId,
  COALESCE(o.name, c.account_id) AS BillingAccountName,
  c.sub_account_id AS SubAccountId,
  sub.name AS SubAccountName,
  CASE WHEN c.sub_account_id IS NULL THEN NULL {sub_account_types} ELSE '{usual_sub_account}' END AS SubAccountType,
  c.bucket_start AS ChargePeriodStart,
  CAST(DATE_ADD(c.usage_date, INTERVAL 1 DAY) AS TIMESTAMP) AS ChargePeriodEnd,
  CAST(DATE_ADD(c.usage_date, INTERVAL (1 - EXTRACT(DAY FROM c.usage_date)) DAY) AS TIMESTAMP) AS BillingPeriodStart,
  CAST(DATE_ADD(DATE_ADD(c.usage_date, INTERVAL (1 - EXTRACT(DAY FROM c.usage_date)) DAY), INTERVAL 1 MONTH) AS TIMESTAMP)
    AS BillingPeriodEnd,
  c.category AS ChargeCategory,
  CAST(NULL AS STRING) AS ChargeClass,
  COALESCE(c.line_item, c.cost_type) AS ChargeDescription,
  CASE WHEN c.category = 'Usage' AND c.unit IS NOT NULL AND c.quantity >= 0 THEN c.quantity * c.block END AS ConsumedQuantity,
  CASE WHEN c.category = 'Usage' AND c.unit IS NOT NULL AND c.quantity >= 0 THEN c.unit END AS ConsumedUnit,
  CASE WHEN c.unit IS NOT NULL THEN c.quantity END AS PricingQuantity,
  CASE WHEN c.quantity IS NULL THEN NULL WHEN c.block = 1 THEN c.unit ELSE CAST(c.block AS STRING) || ' ' || c.unit END AS PricingUnit,
  c.amount_usd AS BilledCost,
  c.amount_usd AS EffectiveCost,
  COALESCE(c.list_usd, c.amount_usd) AS ListCost,
  c.amount_usd AS ContractedCost,
  c.currency AS BillingCurrency,
  c.sku_id AS SkuId,
  CASE WHEN c.sku_id IS NULL THEN NULL ELSE COALESCE(c.token_type, c.cost_type) END AS SkuMeter,
  CAST(NULL AS STRING) AS SkuPriceId,
  c.api_key_id AS ResourceId,
  k.name AS ResourceName,
  CASE WHEN c.api_key_id IS NULL THEN NULL ELSE 'API Key' END AS ResourceType,
  c.place AS RegionId,
  CASE c.place WHEN 'us' THEN 'United States' ELSE c.place END AS RegionName,
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
FROM lines AS c
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
LEFT JOIN {dataset}.entity AS k
  ON c.vendor = k.vendor AND c.account_id = k.account_id AND k.kind = 'api_key' AND k.id = c.api_key_id;
