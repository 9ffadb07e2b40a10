-- @run_id STRING
-- @event STRING
-- @mode STRING
-- @window_id STRING
-- @vendor STRING
-- @account STRING
-- @report STRING
-- @window_start DATE
-- @window_end DATE
-- @state STRING
-- @row_count INT64
-- @tokens INT64
-- @amount_usd BIGNUMERIC
-- @estimated_usd BIGNUMERIC
-- @load_id STRING
-- @attempt INT64
-- @reason STRING
-- @details STRING
-- @message_id STRING
-- @recorded_at TIMESTAMP
-- @plan_id STRING
INSERT INTO {dataset}.run_events
  (run_id, event, mode, window_id, vendor, account, report, window_start, window_end, state, row_count, tokens,
   amount_usd, estimated_usd, load_id, attempt, reason, details, message_id, recorded_at, plan_id)
VALUES
  (@run_id, @event, @mode, @window_id, @vendor, @account, @report, @window_start, @window_end, @state, @row_count, @tokens,
   @amount_usd, @estimated_usd, @load_id, @attempt, @reason, @details, @message_id, @recorded_at, @plan_id);
