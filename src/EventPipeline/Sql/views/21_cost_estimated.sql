-- Money that vendors estimate. It overlaps what they bill and is never added to it.
CREATE OR REPLACE VIEW {dataset}.cost_estimated AS
SELECT *
FROM {dataset}.cost_all
WHERE basis = 'estimated';
