-- The record: append-only, hash-chained per chain. The package comment of broker/record says what the hashes cover.
-- written by: broker/record
CREATE TABLE record_entry (
	chain TEXT NOT NULL,
	seq BIGINT NOT NULL CHECK (seq >= 1),
	at BIGINT NOT NULL,
	actor TEXT NOT NULL,
	act TEXT NOT NULL,
	previous TEXT NOT NULL,
	detail_hash TEXT NOT NULL,
	hash TEXT NOT NULL,
	salt TEXT NOT NULL,
	detail TEXT NOT NULL,
	PRIMARY KEY (chain, seq)
);

CREATE TRIGGER record_entry_no_update BEFORE UPDATE ON record_entry
BEGIN
	SELECT RAISE(ABORT, 'record_entry is append-only');
END;

CREATE TRIGGER record_entry_no_delete BEFORE DELETE ON record_entry
BEGIN
	SELECT RAISE(ABORT, 'record_entry is append-only');
END;

-- INSERT OR REPLACE deletes the row in its way without firing the trigger above.
CREATE TRIGGER record_entry_no_replace BEFORE INSERT ON record_entry
WHEN EXISTS (SELECT 1 FROM record_entry WHERE chain = NEW.chain AND seq = NEW.seq)
BEGIN
	SELECT RAISE(ABORT, 'record_entry is append-only');
END;
