-- An offering is a slug with numbered versions. A version is never changed once it is written: body is the canonical
-- TOML without its owner. At most one version of a slug is published.
-- written by: catalog
CREATE TABLE offering (
	slug TEXT PRIMARY KEY,
	created_at BIGINT NOT NULL
);

-- written by: catalog
CREATE TABLE offering_version (
	id TEXT PRIMARY KEY,
	slug TEXT NOT NULL REFERENCES offering (slug),
	number BIGINT NOT NULL CHECK (number >= 1),
	state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'retired')),
	body TEXT NOT NULL,
	owner TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	created_by TEXT NOT NULL,
	published_at BIGINT,
	published_by TEXT,
	UNIQUE (slug, number)
);
CREATE UNIQUE INDEX offering_version_published ON offering_version (slug) WHERE state = 'published';

-- One row. Every write to the catalog moves the revision and gives it a new stamp. The stamp tells a revision that was
-- rolled back from the one that took its number later.
-- written by: catalog
CREATE TABLE catalog_revision (
	id BIGINT PRIMARY KEY CHECK (id = 1),
	revision BIGINT NOT NULL,
	stamp TEXT NOT NULL
);
INSERT INTO catalog_revision (id, revision, stamp) VALUES (1, 0, '');
