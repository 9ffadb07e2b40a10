CREATE TABLE IF NOT EXISTS {dataset}.dead_letter (
  id STRING NOT NULL OPTIONS (description = 'dl- and 20 hexadecimal digits; the same for the same message, however often it comes.'),
  state STRING NOT NULL OPTIONS (description = 'open, replayed or discarded.'),
  source_topic STRING OPTIONS (description = 'The topic it came from: trigger or fetch; null when what came cannot be read.'),
  reason STRING NOT NULL OPTIONS (description = 'What happened, and where.'),
  cause STRING NOT NULL OPTIONS (description = 'The class of the failure, such as bad_input, credential or attempts_exhausted.'),
  hint STRING NOT NULL OPTIONS (description = 'What a person can do about it.'),
  event_id STRING OPTIONS (description = 'The CloudEvents id, or what stands for it.'),
  event_source STRING OPTIONS (description = 'The CloudEvents source.'),
  event_type STRING OPTIONS (description = 'The CloudEvents type.'),
  event_time TIMESTAMP OPTIONS (description = 'When the original happened: what a replay takes for today.'),
  message_id STRING OPTIONS (description = 'The Pub/Sub message id; null for a copy that Pub/Sub forwarded.'),
  publish_time TIMESTAMP OPTIONS (description = 'When the original message was published.'),
  subscription STRING OPTIONS (description = 'The subscription that delivered it.'),
  attempt INT64 OPTIONS (description = 'The delivery attempt; null when Pub/Sub did not tell.'),
  replays INT64 NOT NULL OPTIONS (description = 'How often it has been replayed.'),
  attributes STRING NOT NULL OPTIONS (description = 'The attributes of the message: a JSON object of strings.'),
  payload STRING NOT NULL OPTIONS (description = 'The data of the message in base64; its beginning when payload_truncated.'),
  payload_truncated BOOL NOT NULL OPTIONS (description = 'Whether the message was too large to keep whole; it cannot be replayed then.'),
  payload_bytes INT64 NOT NULL OPTIONS (description = 'The size of the whole data.'),
  payload_sha256 STRING NOT NULL OPTIONS (description = 'SHA-256 of the whole data, lower-case hexadecimal.'),
  traceparent STRING OPTIONS (description = 'The W3C trace context that the message carried.'),
  rejected_at TIMESTAMP NOT NULL OPTIONS (description = 'When it was rejected.'),
  recorded_at TIMESTAMP NOT NULL OPTIONS (description = 'When this row was written.')
)
PARTITION BY DATE(recorded_at)
OPTIONS (description = 'Messages that could not be done, append-only: a row per state. The view dead_letters shows the newest.');
