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

CREATE TRIGGER checkpoint_leaf_no_update BEFORE UPDATE ON checkpoint_leaf
BEGIN
	SELECT RAISE(ABORT, 'checkpoint_leaf is append-only');
END;

CREATE TRIGGER checkpoint_leaf_no_delete BEFORE DELETE ON checkpoint_leaf
BEGIN
	SELECT RAISE(ABORT, 'checkpoint_leaf is append-only');
END;

CREATE TRIGGER checkpoint_hash_no_update BEFORE UPDATE ON checkpoint_hash
BEGIN
	SELECT RAISE(ABORT, 'checkpoint_hash is append-only');
END;

CREATE TRIGGER checkpoint_hash_no_delete BEFORE DELETE ON checkpoint_hash
BEGIN
	SELECT RAISE(ABORT, 'checkpoint_hash is append-only');
END;

CREATE TRIGGER checkpoint_note_no_update BEFORE UPDATE ON checkpoint_note
BEGIN
	SELECT RAISE(ABORT, 'checkpoint_note is append-only');
END;

CREATE TRIGGER checkpoint_note_no_delete BEFORE DELETE ON checkpoint_note
BEGIN
	SELECT RAISE(ABORT, 'checkpoint_note is append-only');
END;
