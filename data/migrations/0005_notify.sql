-- Mails that follow a committed act. body_text and body_html hold a marker where a secret link belongs; the secret itself
-- stands encrypted in sealed and is wiped after delivery or final failure. due_at is when the next attempt may begin; of a
-- row in state sending it is when the lease ends. lease names the run that holds the row.
-- written by: notify
CREATE TABLE outbox (
	id TEXT PRIMARY KEY,
	unique_key TEXT NOT NULL UNIQUE,
	chain TEXT NOT NULL,
	recipient TEXT NOT NULL,
	lang TEXT NOT NULL,
	template TEXT NOT NULL,
	subject TEXT NOT NULL,
	body_text TEXT NOT NULL,
	body_html TEXT NOT NULL,
	sealed TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed')),
	attempts BIGINT NOT NULL,
	lease TEXT NOT NULL,
	last_error TEXT NOT NULL,
	queued_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	sent_at BIGINT
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_chain ON outbox (chain, queued_at);
CREATE INDEX outbox_queued ON outbox (queued_at);
