-- Keys by which a program of a person uses the interfaces. A key is handle and secret; the handle is public and names the key in
-- lists, of the secret only the SHA-256 is kept. generation is that of the person when the key was made: a person whose generation
-- moved on (disabled, role changed) has no key any more. scopes and networks are words with single blanks between; no network: any.
-- used_on is the last day of use (YYYY-MM-DD, UTC), '' for a key that nobody used.
-- written by: broker/account/key
CREATE TABLE api_key (
	id TEXT PRIMARY KEY,
	handle TEXT NOT NULL UNIQUE,
	secret_hash TEXT NOT NULL,
	person_id TEXT NOT NULL REFERENCES person (id),
	generation BIGINT NOT NULL,
	name TEXT NOT NULL,
	scopes TEXT NOT NULL,
	networks TEXT NOT NULL,
	made_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_on TEXT NOT NULL,
	revoked_at BIGINT
);
CREATE INDEX api_key_person ON api_key (person_id);
