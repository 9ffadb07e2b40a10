-- Billed money, and no other: what vendors invoice. Every sum over it is one of a single basis.
CREATE OR REPLACE VIEW {dataset}.cost AS
SELECT *
FROM {dataset}.cost_all
WHERE basis = 'billed';
