-- A release of a public register as it was loaded. state: loading (its rows are still coming, nobody reads them), live (at most one
-- for each register), kept (an older one), failed (its rows are being deleted). sha256 is that of its file, or of the list of the
-- digests of several files; layout is the version of the reading program. touched_at: the last rows came. report holds the reasons
-- of skipped rows as JSON; came, went and changed count records against the vintage that was live before.
-- written by: eligibility/registry
CREATE TABLE registry_vintage (
	id TEXT PRIMARY KEY,
	register TEXT NOT NULL,
	vintage TEXT NOT NULL,
	publisher TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	layout BIGINT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('loading', 'live', 'kept', 'failed')),
	begun_at BIGINT NOT NULL,
	touched_at BIGINT NOT NULL,
	live_at BIGINT,
	rows_read BIGINT NOT NULL,
	rows_kept BIGINT NOT NULL,
	rows_skipped BIGINT NOT NULL,
	report TEXT NOT NULL,
	came BIGINT NOT NULL,
	went BIGINT NOT NULL,
	changed BIGINT NOT NULL
);
CREATE UNIQUE INDEX registry_vintage_live ON registry_vintage (register) WHERE state = 'live';
CREATE UNIQUE INDEX registry_vintage_loading ON registry_vintage (register) WHERE state = 'loading';
CREATE INDEX registry_vintage_digest ON registry_vintage (register, sha256);

-- The files of a vintage, in the order in which they were given.
-- written by: eligibility/registry
CREATE TABLE registry_file (
	vintage_id TEXT NOT NULL REFERENCES registry_vintage (id),
	number BIGINT NOT NULL,
	name TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	bytes BIGINT NOT NULL,
	row_count BIGINT NOT NULL,
	PRIMARY KEY (vintage_id, number)
);

-- One record of a register, as the program understands it. facts and words are JSON objects: facts by fact id, words what the
-- register says itself. search_name is the name in capitals without signs, search_start its first three characters. file_number and
-- file_row: where it stands, the header is row 1.
-- written by: eligibility/registry
CREATE TABLE registry_record (
	vintage_id TEXT NOT NULL REFERENCES registry_vintage (id),
	number BIGINT NOT NULL,
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	search_name TEXT NOT NULL,
	search_start TEXT NOT NULL,
	state TEXT NOT NULL,
	town TEXT NOT NULL,
	file_number BIGINT NOT NULL,
	file_row BIGINT NOT NULL,
	facts TEXT NOT NULL,
	words TEXT NOT NULL,
	PRIMARY KEY (vintage_id, number)
);
CREATE UNIQUE INDEX registry_record_id ON registry_record (id, vintage_id);
CREATE INDEX registry_record_start ON registry_record (search_start);

-- Where a record stands or serves: kind zip (02114), county (01001) or county_name (GA|APPLING). The registers of ZIP codes and
-- counties have places too, so that a join by kind and code gives the codes of an operator.
-- written by: eligibility/registry
CREATE TABLE registry_place (
	vintage_id TEXT NOT NULL REFERENCES registry_vintage (id),
	number BIGINT NOT NULL,
	record_id TEXT NOT NULL,
	kind TEXT NOT NULL,
	code TEXT NOT NULL,
	PRIMARY KEY (vintage_id, number)
);
CREATE INDEX registry_place_record ON registry_place (record_id, vintage_id);
CREATE INDEX registry_place_code ON registry_place (kind, code);
