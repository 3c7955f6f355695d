-- The organization that a person acts for is that of their active membership with the latest chosen_at.
ALTER TABLE membership ADD COLUMN chosen_at BIGINT NOT NULL DEFAULT 0;

-- A person who chose the language of their mails keeps it, whatever the language of the page on which they sign in.
ALTER TABLE person ADD COLUMN lang_chosen BOOLEAN NOT NULL DEFAULT FALSE;

-- The names that an organization had before, one row for each renaming.
-- written by: broker/account
CREATE TABLE organization_name (
	id TEXT PRIMARY KEY,
	organization_id TEXT NOT NULL REFERENCES organization (id),
	name TEXT NOT NULL,
	until BIGINT NOT NULL,
	changed_by TEXT NOT NULL
);
CREATE INDEX organization_name_of ON organization_name (organization_id, until);

-- Days of an organization that are no fact, with their history: the current day of a kind and subject is the row without
-- superseded_at. day is YYYY-MM-DD, empty when the day was taken away. stated_by is an actor of the record.
-- written by: broker/account
CREATE TABLE organization_date (
	id TEXT PRIMARY KEY,
	organization_id TEXT NOT NULL REFERENCES organization (id),
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	day TEXT NOT NULL,
	note TEXT NOT NULL,
	stated_at BIGINT NOT NULL,
	stated_by TEXT NOT NULL,
	superseded_at BIGINT
);
CREATE UNIQUE INDEX organization_date_current ON organization_date (organization_id, kind, subject) WHERE superseded_at IS NULL;
