CREATE TABLE IF NOT EXISTS {dataset}.run_events (
  run_id STRING NOT NULL OPTIONS (description = 'The run.'),
  event STRING NOT NULL OPTIONS (description = 'requested, window_planned, planned, window_waiting, window_published, trigger_failed, attempt_failed, window_continued, window_renewed, window_ended, report_refused, run_paused, run_resumed, loads_unused, run_cancelled, completing, completed.'),
  mode STRING NOT NULL OPTIONS (description = 'production, development or dry_run.'),
  window_id STRING OPTIONS (description = 'The window, where the event is about one.'),
  vendor STRING OPTIONS (description = 'Who was asked.'),
  account STRING OPTIONS (description = 'The account\'s configured name.'),
  report STRING OPTIONS (description = 'What was asked for.'),
  window_start DATE OPTIONS (description = 'The window\'s first day.'),
  window_end DATE OPTIONS (description = 'The window\'s last day.'),
  state STRING OPTIONS (description = 'loaded, empty, unchanged, refused, rejected or failed; of a planned window skipped, waiting or null; of a plan waiting or null; of a trigger rejected or failed; of a run completed, failed or cancelled.'),
  row_count INT64 OPTIONS (description = 'Rows read; of a plan and of published windows how many load jobs a table may take for those that might have waited; of unused loads how many of these a pause has kept from being used.'),
  tokens INT64 OPTIONS (description = 'Tokens read.'),
  amount_usd BIGNUMERIC(38, 18) OPTIONS (description = 'Billed money read, US dollars.'),
  estimated_usd BIGNUMERIC(38, 18) OPTIONS (description = 'Estimated money read, US dollars.'),
  load_id STRING OPTIONS (description = 'The load that holds the rows.'),
  attempt INT64 OPTIONS (description = 'Which attempt it was.'),
  reason STRING OPTIONS (description = 'Why it failed, and what to do.'),
  details STRING OPTIONS (description = 'JSON: what is planned, the message of a window that waits, the differences of a dry run, what a vendor sent beyond its documentation, how it refused a report.'),
  message_id STRING OPTIONS (description = 'The Pub/Sub message.'),
  recorded_at TIMESTAMP NOT NULL OPTIONS (description = 'When it was recorded.'),
  plan_id STRING OPTIONS (description = 'Of window_planned and planned: which plan. The plan of a run is the one that its planned event names.')
)
PARTITION BY DATE(recorded_at)
CLUSTER BY run_id
OPTIONS (description = 'What happened to every run and its windows. Append-only.');
