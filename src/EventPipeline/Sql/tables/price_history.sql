CREATE TABLE IF NOT EXISTS {dataset}.price_history (
  vendor STRING NOT NULL OPTIONS (description = 'Whose price it is: {vendors}, or a described vendor.'),
  model STRING NOT NULL OPTIONS (description = 'The model, as the vendor spells it in usage.'),
  tier STRING NOT NULL OPTIONS (description = 'The service tier, as the vendor spells it: standard, batch, priority and others.'),
  token_type STRING NOT NULL OPTIONS (description = 'Which tokens: input (uncached), cache_read, cache_write, cache_write_5m, cache_write_1h or output.'),
  valid_from DATE NOT NULL OPTIONS (description = 'The first UTC day of usage that has this price, until the next row of the same tokens.'),
  usd_per_token BIGNUMERIC(38, 18) OPTIONS (description = 'US dollars for one token. Null where no price is known from valid_from on.'),
  source STRING NOT NULL OPTIONS (description = 'Where the price was read, such as the address of the vendor\'s price list.'),
  source_date DATE NOT NULL OPTIONS (description = 'The day on which it was read there.'),
  list STRING NOT NULL OPTIONS (description = 'The file that was imported.'),
  change_id STRING NOT NULL OPTIONS (description = 'The import that recorded it: the version of the price list.'),
  recorded_at TIMESTAMP NOT NULL OPTIONS (description = 'When it was recorded. The newest row of the same tokens and valid_from counts.')
)
CLUSTER BY vendor, model
OPTIONS (description = 'What tokens cost by list, since when, and where that was read. Rows are only added. Query the view price.');
