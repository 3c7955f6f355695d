-- Which record of the public registers is that of an organization; the row without ended_at holds now. operator_id is the id of the
-- record (ccn:141317), '' where the organization said that no register lists it. tied_by is an actor of the record.
-- written by: broker/proof
CREATE TABLE organization_record (
	id TEXT PRIMARY KEY,
	organization_id TEXT NOT NULL REFERENCES organization (id),
	operator_id TEXT NOT NULL,
	tied_at BIGINT NOT NULL,
	tied_by TEXT NOT NULL,
	ended_at BIGINT
);
CREATE UNIQUE INDEX organization_record_current ON organization_record (organization_id) WHERE ended_at IS NULL;
CREATE INDEX organization_record_history ON organization_record (organization_id, tied_at);

-- That an organization keeps its answer although its record says something else, with what it explained ('' for nothing). stated
-- and registered are JSON of the fact: the row speaks of these two values only, so that another answer, and another edition with
-- another value, are asked about anew. The newest row of two values counts.
-- written by: broker/proof
CREATE TABLE organization_kept_answer (
	id TEXT PRIMARY KEY,
	organization_id TEXT NOT NULL REFERENCES organization (id),
	operator_id TEXT NOT NULL,
	fact TEXT NOT NULL,
	stated TEXT NOT NULL,
	registered TEXT NOT NULL,
	explanation TEXT NOT NULL,
	kept_at BIGINT NOT NULL,
	kept_by TEXT NOT NULL
);
CREATE INDEX organization_kept_answer_of ON organization_kept_answer (organization_id, kept_at);

-- What the registers said of the organization when an item was sent, as its reviewer sees it (JSON): record, editions with file, row
-- and SHA-256, values, differences with their explanations. The record entry of the submit holds the digest of the text.
-- written by: broker/proof
CREATE TABLE item_register (
	item_id TEXT PRIMARY KEY REFERENCES application_item (id),
	said TEXT NOT NULL,
	kept_at BIGINT NOT NULL
);
