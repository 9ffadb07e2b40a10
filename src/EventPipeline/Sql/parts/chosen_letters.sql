(@state IS NULL OR state = @state)
  AND (@cause IS NULL OR cause = @cause)
  AND (@vendor IS NULL OR vendor = @vendor)
  AND (@account IS NULL OR account = @account)
  AND (@run_id IS NULL OR run_id = @run_id)
  AND last_seen >= @since
