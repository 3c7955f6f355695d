-- Checkpoints of the record: a Merkle tree (RFC 6962, golang.org/x/mod/sumdb/tlog) with one leaf for every chain that changed
-- since the checkpoint before. The package comment of broker/record/checkpoint says what a leaf covers. All three tables grow only.
-- written by: broker/record/checkpoint
CREATE TABLE checkpoint_leaf (
	number BIGINT PRIMARY KEY CHECK (number >= 0),
	chain TEXT NOT NULL,
	seq BIGINT NOT NULL,
	hash TEXT NOT NULL
);
CREATE INDEX checkpoint_leaf_chain ON checkpoint_leaf (chain, seq);

-- The hashes of the tree by their stored index, so that the tree can grow without being read as a whole.
-- written by: broker/record/checkpoint
CREATE TABLE checkpoint_hash (
	position BIGINT PRIMARY KEY CHECK (position >= 0),
	hash TEXT NOT NULL
);

-- The signed notes by the size of the tree that they sign.
-- written by: broker/record/checkpoint
CREATE TABLE checkpoint_note (
	size BIGINT PRIMARY KEY CHECK (size >= 1),
	at BIGINT NOT NULL,
	note TEXT NOT NULL
);

CREATE FUNCTION checkpoint_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'checkpoints are append-only';
END;
$$;

CREATE TRIGGER checkpoint_leaf_no_change BEFORE UPDATE OR DELETE ON checkpoint_leaf
	FOR EACH ROW EXECUTE FUNCTION checkpoint_append_only();

CREATE TRIGGER checkpoint_hash_no_change BEFORE UPDATE OR DELETE ON checkpoint_hash
	FOR EACH ROW EXECUTE FUNCTION checkpoint_append_only();

CREATE TRIGGER checkpoint_note_no_change BEFORE UPDATE OR DELETE ON checkpoint_note
	FOR EACH ROW EXECUTE FUNCTION checkpoint_append_only();
