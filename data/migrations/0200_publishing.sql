-- When a version stopped being live, and why: '' while it is live, 'replaced' by the next version, or 'taken_off' the list. Versions that
-- were replaced before this migration have no time. created_by wrote the version, published_by approved it.
-- written by: catalog
ALTER TABLE offering_version ADD COLUMN retired_at BIGINT;
ALTER TABLE offering_version ADD COLUMN retired_why TEXT NOT NULL DEFAULT '';

-- What somebody works on before it becomes a version: at most one open draft of an offering. kind: 'edit' changes or begins a listing,
-- 'retirement' takes it off the list. based_on is the version that was live when it began or was last brought up to date, '' for a new
-- offering. body is canonical TOML, complete or not. revision counts the saved texts; written_by saved the last one. publish_at: when
-- it is to go live once approved; NULL: at once. note is what the writer tells the reviewer, reply what the reviewer answered last.
-- written by: catalog/publishing
CREATE TABLE offering_draft (
	id TEXT PRIMARY KEY,
	slug TEXT NOT NULL REFERENCES offering (slug),
	kind TEXT NOT NULL CHECK (kind IN ('edit', 'retirement')),
	state TEXT NOT NULL CHECK (state IN ('draft', 'in_review', 'scheduled', 'published', 'discarded')),
	based_on TEXT NOT NULL,
	body TEXT NOT NULL,
	owner TEXT NOT NULL,
	revision BIGINT NOT NULL CHECK (revision >= 1),
	note TEXT NOT NULL,
	reply TEXT NOT NULL,
	begun_at BIGINT NOT NULL,
	begun_by TEXT NOT NULL,
	written_at BIGINT NOT NULL,
	written_by TEXT NOT NULL,
	sent_at BIGINT,
	sent_by TEXT NOT NULL,
	approved_at BIGINT,
	approved_by TEXT NOT NULL,
	publish_at BIGINT,
	version_id TEXT NOT NULL
);
CREATE UNIQUE INDEX offering_draft_open ON offering_draft (slug) WHERE state IN ('draft', 'in_review', 'scheduled');
CREATE INDEX offering_draft_state ON offering_draft (state, publish_at);

-- Every text of a draft as it was saved. Rows are added, never changed: what somebody overwrote can be read.
-- written by: catalog/publishing
CREATE TABLE offering_draft_text (
	draft_id TEXT NOT NULL REFERENCES offering_draft (id),
	revision BIGINT NOT NULL,
	body TEXT NOT NULL,
	owner TEXT NOT NULL,
	saved_at BIGINT NOT NULL,
	saved_by TEXT NOT NULL,
	PRIMARY KEY (draft_id, revision)
);
