-- Sessions: an opaque token hashed at rest. generation is that of the person when the session began; a person
-- whose generation moved on (disabled, role changed) has no session any more.
-- written by: ui/web
CREATE TABLE session (
	token_hash TEXT PRIMARY KEY,
	person_id TEXT NOT NULL,
	generation BIGINT NOT NULL,
	staff BOOLEAN NOT NULL,
	created_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL,
	ends_at BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_ends ON session (ends_at);

-- A form that was sent twice gets the answer of the first time.
-- written by: ui/web
CREATE TABLE idempotency_key (
	key_hash TEXT PRIMARY KEY,
	owner TEXT NOT NULL,
	route TEXT NOT NULL,
	redirect TEXT NOT NULL,
	flash TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_key_created ON idempotency_key (created_at);
