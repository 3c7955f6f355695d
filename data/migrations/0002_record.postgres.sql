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

CREATE FUNCTION record_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'record_entry is append-only';
END;
$$;

CREATE TRIGGER record_entry_no_change BEFORE UPDATE OR DELETE ON record_entry
	FOR EACH ROW EXECUTE FUNCTION record_entry_append_only();

CREATE TRIGGER record_entry_no_truncate BEFORE TRUNCATE ON record_entry
	FOR EACH STATEMENT EXECUTE FUNCTION record_entry_append_only();
