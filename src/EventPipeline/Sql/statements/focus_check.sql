-- How many rows of focus break each rule of Sql/focus, with one of them as an example: over some days.
-- @from DATE
-- @to DATE
-- @unit STRING
-- @key_value STRING
-- @price_details STRING
SELECT
  COUNT(*) AS row_count,
  {findings}
FROM (
  SELECT
    *,
    COALESCE(ProviderName, '') || ', ' || CAST(x_UsageDate AS STRING) || ', ' || COALESCE(ChargeDescription, SkuId, '') || ': '
      || COALESCE(CAST(BilledCost AS STRING), '') || ' ' || COALESCE(BillingCurrency, '') AS example,
    COUNT(DISTINCT SkuMeter) OVER (PARTITION BY SkuId) AS meters_of_sku,
    COUNT(DISTINCT SkuId) OVER (PARTITION BY SkuPriceId) AS skus_of_price,
    COUNT(DISTINCT COALESCE(SkuPriceDetails, '')) OVER (PARTITION BY SkuPriceId) AS details_of_price,
    COUNT(DISTINCT ServiceCategory) OVER (PARTITION BY ServiceName) AS categories_of_service,
    COUNT(DISTINCT ServiceSubcategory) OVER (PARTITION BY ServiceName) AS subcategories_of_service
  FROM {dataset}.focus
  WHERE x_UsageDate BETWEEN @from AND @to
) AS f;
