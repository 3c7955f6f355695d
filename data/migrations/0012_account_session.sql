-- What a person recognizes a session by: browser and system as two words of a fixed list ("Firefox/Windows"), empty if
-- unknown. The header that they are read from is not kept.
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';
