-- Billed money in the columns of the FinOps Open Cost and Usage Specification 1.2.
CREATE OR REPLACE VIEW {dataset}.focus AS
SELECT
  CASE c.vendor WHEN 'anthropic' THEN 'Anthropic' WHEN 'openai' THEN 'OpenAI' ELSE c.vendor END AS ProviderName,
  CASE c.vendor WHEN 'anthropic' THEN 'Anthropic' WHEN 'openai' THEN 'OpenAI' ELSE c.vendor END AS PublisherName,
  CASE c.vendor WHEN 'anthropic' THEN 'Anthropic' WHEN 'openai' THEN 'OpenAI' ELSE c.vendor END AS InvoiceIssuerName,
  CASE c.vendor WHEN 'anthropic' THEN 'Claude API' WHEN 'openai' THEN 'OpenAI API' ELSE c.vendor END AS ServiceName,
  'AI and Machine Learning' AS ServiceCategory,
  'Generative AI' AS ServiceSubcategory,
  c.account_id AS BillingAccountId,
  COALESCE(o.name, c.account_id) AS BillingAccountName,
  c.sub_account_id AS SubAccountId,
  sub.name AS SubAccountName,
  CASE WHEN c.sub_account_id IS NULL THEN NULL WHEN c.vendor = 'anthropic' THEN 'Workspace' ELSE 'Project' END AS SubAccountType,
  c.bucket_start AS ChargePeriodStart,
  CAST(DATE_ADD(c.usage_date, INTERVAL 1 DAY) AS TIMESTAMP) AS ChargePeriodEnd,
  CAST(DATE_ADD(c.usage_date, INTERVAL (1 - EXTRACT(DAY FROM c.usage_date)) DAY) AS TIMESTAMP) AS BillingPeriodStart,
  CAST(DATE_ADD(DATE_ADD(c.usage_date, INTERVAL (1 - EXTRACT(DAY FROM c.usage_date)) DAY), INTERVAL 1 MONTH) AS TIMESTAMP)
    AS BillingPeriodEnd,
  CASE WHEN c.amount_usd < 0 THEN 'Credit' ELSE 'Usage' END AS ChargeCategory,
  CAST(NULL AS STRING) AS ChargeClass,
  COALESCE(c.line_item, c.cost_type) AS ChargeDescription,
  CASE WHEN c.quantity_unit IS NULL THEN NULL ELSE c.quantity END AS ConsumedQuantity,
  CASE WHEN c.quantity IS NULL THEN NULL ELSE c.quantity_unit END AS ConsumedUnit,
  c.amount_usd AS BilledCost,
  c.amount_usd AS EffectiveCost,
  COALESCE(c.list_usd, c.amount_usd) AS ListCost,
  c.amount_usd AS ContractedCost,
  c.currency AS BillingCurrency,
  c.sku AS SkuId,
  c.token_type AS SkuMeter,
  c.api_key_id AS ResourceId,
  k.name AS ResourceName,
  c.region AS RegionId,
  c.model AS x_Model,
  c.token_type AS x_TokenType,
  c.service_tier AS x_ServiceTier,
  c.context_window AS x_ContextWindow,
  c.actor_id AS x_ActorId,
  c.actor_type AS x_ActorType,
  c.api_key_id AS x_ApiKeyId,
  c.basis AS x_CostBasis,
  c.report AS x_SourceReport,
  s.read_began AS x_ObservedAt
FROM {dataset}.cost AS c
JOIN {dataset}.current_slices AS s
  ON c.vendor = s.vendor AND c.account_id = s.account_id AND c.report = s.report AND c.usage_date = s.usage_date
LEFT JOIN {dataset}.entity AS o
  ON c.vendor = o.vendor AND c.account_id = o.account_id AND o.kind = 'organization' AND o.id = c.account_id
LEFT JOIN {dataset}.entity AS sub
  ON c.vendor = sub.vendor AND c.account_id = sub.account_id AND sub.kind IN ('workspace', 'project') AND sub.id = c.sub_account_id
LEFT JOIN {dataset}.entity AS k
  ON c.vendor = k.vendor AND c.account_id = k.account_id AND k.kind = 'api_key' AND k.id = c.api_key_id
WHERE c.basis = 'billed';
