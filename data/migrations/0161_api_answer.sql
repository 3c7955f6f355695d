-- The answer to a request that a program sent with an Idempotency-Key: sent again, it gets this answer and nothing is done twice.
-- key_hash is over the caller's key, the address and the Idempotency-Key; request_hash over what was asked. Kept for a day.
-- written by: ui/web/replay
CREATE TABLE api_answer (
	key_hash TEXT PRIMARY KEY,
	request_hash TEXT NOT NULL,
	status BIGINT NOT NULL,
	mark TEXT NOT NULL,
	location TEXT NOT NULL,
	body TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX api_answer_created ON api_answer (created_at);
