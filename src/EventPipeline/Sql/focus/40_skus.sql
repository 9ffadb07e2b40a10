-- SkuId-C-004-C: A tax has no SKU.
ChargeCategory = 'Tax' AND SkuId IS NOT NULL

-- SkuId-C-005-C: Usage and purchases that correct nothing have a SKU.
ChargeCategory IN ('Usage', 'Purchase') AND ChargeClass IS NULL AND SkuId IS NULL

-- SkuMeter-C-004-C: Without a SKU there is no meter.
SkuId IS NULL AND SkuMeter IS NOT NULL

-- SkuMeter-C-005-C should: A SKU has a meter.
SkuId IS NOT NULL AND SkuMeter IS NULL

-- SkuMeter-C-006-O should: A SKU has one meter, however often it is sold.
meters_of_sku > 1

-- SkuPriceId-C-004-C: A tax has no price.
ChargeCategory = 'Tax' AND SkuPriceId IS NOT NULL

-- SkuPriceId-C-005-C: Usage and purchases that correct nothing have a price.
ChargeCategory IN ('Usage', 'Purchase') AND ChargeClass IS NULL AND SkuPriceId IS NULL

-- SkuPriceId-C-008-M: A price is of one SKU.
skus_of_price > 1

-- SkuPriceDetails-C-001-M, KeyValueFormat-A-001-M, KeyValueFormat-A-003-M, KeyValueFormat-A-004-M: SkuPriceDetails is a JSON object of texts, numbers, true, false and null.
NOT REGEXP_CONTAINS(SkuPriceDetails, @key_value)

-- SkuPriceDetails-C-004-C: Without a price there are no details of it.
SkuPriceId IS NULL AND SkuPriceDetails IS NOT NULL

-- SkuPriceDetails-C-007-M, SkuPriceDetails-C-008-M: All charges of a price have its details.
details_of_price > 1

-- SkuPriceDetails-C-017-C, SkuPriceDetails-C-020-M: A key of SkuPriceDetails begins with x_, unless the specification defines it.
REGEXP_CONTAINS(SkuPriceDetails, @key_value) AND NOT REGEXP_CONTAINS(SkuPriceDetails, @price_details)

-- Tags-C-001-M: Tags is a JSON object of texts, numbers, true, false and null.
NOT REGEXP_CONTAINS(Tags, @key_value)

-- KeyValueFormat-A-002-M: Tags has each key once.
REGEXP_CONTAINS(Tags, '"team":.*"team":') OR REGEXP_CONTAINS(Tags, '"cost_center":.*"cost_center":')

-- Tags-C-006-M should: A tag has a value.
REGEXP_CONTAINS(Tags, '":null[,}]')
