COALESCE(l.reopened, 0) DESC, l.replays DESC, CASE l.state WHEN 'discarded' THEN 2 WHEN 'open' THEN 1 ELSE 0 END DESC, l.recorded_at DESC
