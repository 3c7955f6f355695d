-- The facts of which the person keeps another answer than the registers give, having seen both: a JSON list of fact ids.
-- written by: broker
ALTER TABLE screening ADD COLUMN kept TEXT NOT NULL DEFAULT '[]';
