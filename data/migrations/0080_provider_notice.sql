-- A notice stands on every program of a provider from from_at on, before until_at; no until_at: until somebody ends it. At no
-- instant has a provider two. number is that of the edition that holds; source_url and source_on may be empty.
-- written by: catalog/upkeep
CREATE TABLE provider_notice (
	id TEXT PRIMARY KEY,
	provider TEXT NOT NULL,
	number BIGINT NOT NULL CHECK (number >= 1),
	text_en TEXT NOT NULL,
	text_es TEXT NOT NULL,
	source_url TEXT NOT NULL,
	source_on TEXT NOT NULL,
	from_at BIGINT NOT NULL,
	until_at BIGINT
);
CREATE INDEX provider_notice_provider ON provider_notice (provider);

-- Every edition of a notice as it was written, changed or ended. Rows are added, never changed.
-- written by: catalog/upkeep
CREATE TABLE provider_notice_edition (
	notice_id TEXT NOT NULL REFERENCES provider_notice (id),
	number BIGINT NOT NULL,
	act TEXT NOT NULL CHECK (act IN ('write', 'edit', 'end')),
	text_en TEXT NOT NULL,
	text_es TEXT NOT NULL,
	source_url TEXT NOT NULL,
	source_on TEXT NOT NULL,
	from_at BIGINT NOT NULL,
	until_at BIGINT,
	made_at BIGINT NOT NULL,
	made_by TEXT NOT NULL,
	PRIMARY KEY (notice_id, number)
);
