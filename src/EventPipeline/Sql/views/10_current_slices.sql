-- The committed version with the newest read of every slice. A repeated commit is harmless: it has the same read and load.
-- Columns:
-- stored_account_id: The account_id that the rows were committed with; it differs from account_id after a merge.
CREATE OR REPLACE VIEW {dataset}.current_slices AS
SELECT *
FROM {dataset}.slice_history
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY vendor, account_id, report, usage_date
  ORDER BY read_began DESC, load_id DESC, committed_at DESC
) = 1;
