-- The tier of the program that access is given to, as its offering calls it; '' where the program has none.
ALTER TABLE access_grant ADD COLUMN tier TEXT NOT NULL DEFAULT '';
