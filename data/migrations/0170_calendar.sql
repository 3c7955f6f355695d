-- The private calendar link of a person: one at a time, its token stored hashed. kept_at: when calendar_event was brought up to date last.
-- written by: broker/agenda
CREATE TABLE calendar_link (
	person_id TEXT PRIMARY KEY REFERENCES person (id),
	token_hash TEXT NOT NULL UNIQUE,
	made_at BIGINT NOT NULL,
	kept_at BIGINT NOT NULL
);
CREATE INDEX calendar_link_kept ON calendar_link (kept_at);

-- What the calendar of a person was told, so that a date that moves or is called off can be said to be. subject names what the date is
-- about and stays when the date moves; sequence counts the changes.
-- written by: broker/agenda
CREATE TABLE calendar_event (
	person_id TEXT NOT NULL REFERENCES person (id),
	subject TEXT NOT NULL,
	day TEXT NOT NULL,
	summary TEXT NOT NULL,
	link TEXT NOT NULL,
	sequence BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	cancelled BOOLEAN NOT NULL,
	PRIMARY KEY (person_id, subject)
);
