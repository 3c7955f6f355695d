-- The public check of one browser, without an account. Found by the token in its cookie; purged when it expires. resume_hash
-- is the token of the mailed link, if there is one.
-- written by: broker
CREATE TABLE screening (
	token_hash TEXT PRIMARY KEY,
	resume_hash TEXT UNIQUE,
	lang TEXT NOT NULL,
	facts TEXT NOT NULL,
	asked TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX screening_expires ON screening (expires_at);

-- One application of an organization for one or more programs. saved_at is the last save of a person; reminded_at when the
-- one reminder of the unfinished draft was queued.
-- written by: broker
CREATE TABLE application (
	id TEXT PRIMARY KEY,
	reference TEXT NOT NULL UNIQUE,
	organization_id TEXT NOT NULL REFERENCES organization (id),
	created_by TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	saved_at BIGINT NOT NULL,
	saved_by TEXT NOT NULL,
	revision BIGINT NOT NULL,
	reminded_at BIGINT
);
CREATE INDEX application_organization ON application (organization_id, created_at);

-- One program of an application: the case. facts, rules_met and rules_all are as of the submit, on version_id.
-- written by: broker
CREATE TABLE application_item (
	id TEXT PRIMARY KEY,
	application_id TEXT NOT NULL REFERENCES application (id),
	slug TEXT NOT NULL,
	version_id TEXT NOT NULL,
	state TEXT NOT NULL,
	revision BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	saved_at BIGINT,
	saved_by TEXT NOT NULL,
	submitted_at BIGINT,
	submitted_by TEXT NOT NULL,
	due_at BIGINT,
	assigned_to TEXT NOT NULL,
	decided_at BIGINT,
	decided_by TEXT NOT NULL,
	reason_code TEXT NOT NULL,
	reason_text TEXT NOT NULL,
	facts TEXT NOT NULL,
	declared TEXT NOT NULL,
	version_changed BOOLEAN NOT NULL,
	rules_met BIGINT NOT NULL,
	rules_all BIGINT NOT NULL,
	UNIQUE (application_id, slug)
);
CREATE INDEX application_item_state ON application_item (state, due_at);
CREATE INDEX application_item_slug ON application_item (slug, state);

-- Answers to a program's own questions: a JSON list of texts.
-- written by: broker
CREATE TABLE item_answer (
	item_id TEXT NOT NULL REFERENCES application_item (id),
	question TEXT NOT NULL,
	answer TEXT NOT NULL,
	saved_at BIGINT NOT NULL,
	saved_by TEXT NOT NULL,
	PRIMARY KEY (item_id, question)
);

-- What reviewer and applicant wrote to each other: kind ask or answer.
-- written by: broker
CREATE TABLE item_message (
	id TEXT PRIMARY KEY,
	item_id TEXT NOT NULL REFERENCES application_item (id),
	kind TEXT NOT NULL,
	body TEXT NOT NULL,
	written_at BIGINT NOT NULL,
	written_by TEXT NOT NULL
);
CREATE INDEX item_message_item ON item_message (item_id, written_at);
