-- The reports that tell what is so at the moment, such as names: a day on which nobody asked them is gone, and no hole in what is known.
-- Columns:
-- vendor: Who was asked.
-- report: What was asked for.
CREATE OR REPLACE VIEW {dataset}.snapshot_reports AS
{reports_without_past};
