-- A member of staff compared a version of a listing with its sources on a day and found it as listed.
-- written by: catalog/upkeep
CREATE TABLE listing_check (
	id TEXT PRIMARY KEY,
	slug TEXT NOT NULL REFERENCES offering (slug),
	version_id TEXT NOT NULL REFERENCES offering_version (id),
	checked_on TEXT NOT NULL,
	note TEXT NOT NULL,
	checked_at BIGINT NOT NULL,
	checked_by TEXT NOT NULL
);
CREATE INDEX listing_check_version ON listing_check (version_id);
CREATE INDEX listing_check_slug ON listing_check (slug, checked_at);
