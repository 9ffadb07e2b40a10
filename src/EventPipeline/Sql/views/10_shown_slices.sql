-- The slices whose rows usage and cost show. Where an account may be read from two sources, two reports tell the same usage or money: of each day only the one is
-- shown that was read last, in whichever direction an account was switched. All other slices are those of current_slices.
-- The braces stand for the reports that take the place of others, as the vendors' folders say.
-- Columns:
-- stored_account_id: The account_id that the rows were committed with; it differs from account_id after a merge.
CREATE OR REPLACE VIEW {dataset}.shown_slices AS
SELECT *
FROM {dataset}.slice_history
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY vendor, account_id, {told_as}, usage_date
  ORDER BY read_began DESC, load_id DESC, committed_at DESC
) = 1;
