-- @vendor STRING
-- @kind STRING
-- @id STRING
-- @valid_from DATE
-- @person STRING
-- @name STRING
-- @team STRING
-- @cost_center STRING
-- @manager STRING
-- @source STRING
-- @change_id STRING
INSERT INTO {dataset}.person_history
  (vendor, kind, id, valid_from, person, name, team, cost_center, manager, source, change_id, recorded_at)
VALUES
  (@vendor, @kind, @id, @valid_from, @person, @name, @team, @cost_center, @manager, @source, @change_id, CAST(CURRENT_TIMESTAMP AS TIMESTAMP));
