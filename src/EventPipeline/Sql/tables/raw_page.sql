CREATE TABLE IF NOT EXISTS {dataset}.raw_page (
  load_id STRING NOT NULL OPTIONS (description = 'The load that read the page.'),
  vendor STRING NOT NULL OPTIONS (description = 'Who was asked.'),
  account_id STRING NOT NULL OPTIONS (description = 'The account.'),
  report STRING NOT NULL OPTIONS (description = 'What was asked for.'),
  window_start DATE NOT NULL OPTIONS (description = 'The first day asked for.'),
  window_end DATE NOT NULL OPTIONS (description = 'The last day asked for.'),
  page_no INT64 NOT NULL OPTIONS (description = 'The page within the window, from 1.'),
  part_no INT64 NOT NULL OPTIONS (description = 'The part within the page, from 1.'),
  request_hash STRING NOT NULL OPTIONS (description = 'Identifies the request, without the credential.'),
  http_status INT64 NOT NULL OPTIONS (description = 'The answer\'s status.'),
  payload STRING NOT NULL OPTIONS (description = 'The text.'),
  fetched_at TIMESTAMP NOT NULL OPTIONS (description = 'When the part arrived.')
)
PARTITION BY DATE(fetched_at)
CLUSTER BY vendor, account_id, report
OPTIONS (partition_expiration_days = 400, require_partition_filter = TRUE, description = 'The vendors\' own text, page by page, in parts of at most 64 KiB. Append-only, expires. Query it by fetched_at.');
