-- For how many days each report's vendor restates a day, counted from the end of the day, or from the end of its calendar month where all days of a month settle
-- together. The braces stand for what the vendors' folders say. Reports that have no past are not here, and those that the settings describe are known to the service alone.
-- Columns:
-- vendor: Who was asked.
-- report: What was asked for.
-- settled_after_days: For how many days the vendor restates a day.
-- after_its_month: Whether these days are counted from the end of the calendar month, and not of the day.
CREATE OR REPLACE VIEW {dataset}.settling_reports AS
{settling_reports};
