-- What the publisher said of a file that it sent (ETag, Last-Modified), for the question whether it changed. address is the SHA-256 of
-- the address, which may hold a key. vintage_id: what was loaded with the file; once another vintage is live the row does not count.
-- written by: eligibility/registry/download
CREATE TABLE registry_download (
	register TEXT NOT NULL,
	address TEXT NOT NULL,
	tag TEXT NOT NULL,
	modified TEXT NOT NULL,
	vintage_id TEXT NOT NULL,
	PRIMARY KEY (register, address)
);

-- When the files of a register were last asked for (0: never), when that last went well, and why the last try did not ('' if it did).
-- While a sync runs its problem says that it did not come to its end.
-- written by: eligibility/registry/download
CREATE TABLE registry_sync (
	register TEXT PRIMARY KEY,
	tried_at BIGINT NOT NULL,
	good_at BIGINT,
	problem TEXT NOT NULL
);
