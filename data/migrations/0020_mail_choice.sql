-- The outbox learns what a mail is about (kind, "needed" for one that cannot be switched off) and a new end, stopped: its reader
-- did not want it any more. The words that state may hold are checked in notify: a CHECK of SQLite cannot be changed without
-- copying the table, which is done here for the last time. due_at of a mail that failed or was stopped is when that happened.
-- written by: notify
CREATE TABLE outbox_next (
	id TEXT PRIMARY KEY,
	unique_key TEXT NOT NULL UNIQUE,
	chain TEXT NOT NULL,
	recipient TEXT NOT NULL,
	lang TEXT NOT NULL,
	template TEXT NOT NULL,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	body_text TEXT NOT NULL,
	body_html TEXT NOT NULL,
	sealed TEXT NOT NULL,
	state TEXT NOT NULL,
	attempts BIGINT NOT NULL,
	lease TEXT NOT NULL,
	last_error TEXT NOT NULL,
	queued_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	sent_at BIGINT
);
INSERT INTO outbox_next (id, unique_key, chain, recipient, lang, template, kind, subject, body_text, body_html, sealed, state,
		attempts, lease, last_error, queued_at, due_at, sent_at)
	SELECT id, unique_key, chain, recipient, lang, template, 'needed', subject, body_text, body_html, sealed, state,
		attempts, lease, last_error, queued_at, due_at, sent_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_chain ON outbox (chain, queued_at);
CREATE INDEX outbox_queued ON outbox (queued_at);
CREATE INDEX outbox_recipient ON outbox (recipient, template, queued_at);
CREATE INDEX outbox_failed ON outbox (due_at) WHERE state = 'failed';

-- What somebody chose for one kind of mail to an address (in lower case). Without a row the kind's default holds.
-- written by: notify
CREATE TABLE mail_choice (
	address TEXT NOT NULL,
	kind TEXT NOT NULL,
	wanted BOOLEAN NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (address, kind)
);

-- Addresses that a mail server refused for good. The row goes away when a server takes a mail to the address again.
-- written by: notify
CREATE TABLE mail_return (
	address TEXT PRIMARY KEY,
	class TEXT NOT NULL,
	returned_at BIGINT NOT NULL
);

-- The stop link of each optional mail: what it stops and for whom. The token itself is in the mail only.
-- written by: notify
CREATE TABLE stop_link (
	token_hash TEXT PRIMARY KEY,
	address TEXT NOT NULL,
	kind TEXT NOT NULL,
	made_at BIGINT NOT NULL
);
CREATE INDEX stop_link_address ON stop_link (address);
CREATE INDEX stop_link_made ON stop_link (made_at);
