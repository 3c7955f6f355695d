-- One row: which built-in files were last compared with the catalog, as the SHA-256 over them, so that a start reads them only when they
-- are others.
-- written by: catalog/publishing
CREATE TABLE catalog_seed (
	id BIGINT PRIMARY KEY CHECK (id = 1),
	digest TEXT NOT NULL
);
