-- What somebody says is wrong with a listing. version_id is the version that was live then, "what the listing said". reported_by is
-- a member of staff, '' for the public. address is where the answer goes, if one was asked for; it is emptied some time after the
-- report was closed. digest finds the same report sent twice.
-- written by: catalog/upkeep
CREATE TABLE listing_report (
	id TEXT PRIMARY KEY,
	slug TEXT NOT NULL REFERENCES offering (slug),
	version_id TEXT NOT NULL REFERENCES offering_version (id),
	wrong TEXT NOT NULL,
	body TEXT NOT NULL,
	address TEXT NOT NULL,
	lang TEXT NOT NULL,
	digest TEXT NOT NULL,
	reported_at BIGINT NOT NULL,
	reported_by TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('open', 'taken', 'closed')),
	outcome TEXT NOT NULL CHECK (outcome IN ('', 'fixed', 'not_error', 'duplicate', 'spam')),
	taken_by TEXT NOT NULL,
	revision BIGINT NOT NULL,
	closed_at BIGINT
);
CREATE INDEX listing_report_state ON listing_report (state, reported_at);
CREATE INDEX listing_report_slug ON listing_report (slug, reported_at);
CREATE INDEX listing_report_digest ON listing_report (digest);

-- What was done about a report: taken, answered, closed. message went to who reported it, note stays among staff.
-- written by: catalog/upkeep
CREATE TABLE listing_report_step (
	report_id TEXT NOT NULL REFERENCES listing_report (id),
	number BIGINT NOT NULL,
	act TEXT NOT NULL,
	message TEXT NOT NULL,
	note TEXT NOT NULL,
	taken_at BIGINT NOT NULL,
	taken_by TEXT NOT NULL,
	PRIMARY KEY (report_id, number)
);
