-- Who wants to be told when a program newly matches a search. question is the search as the fields of an address, in the one order in
-- which they are written; digest is its hash. address is in lower case. token_hash is that of the mailed link with which the
-- address confirms; '' once it did. seen is what matched when the address confirmed or was told last: slugs, "+" behind those
-- that were open.
-- written by: catalog/interest/alert
CREATE TABLE saved_search (
	id TEXT PRIMARY KEY,
	question TEXT NOT NULL,
	digest TEXT NOT NULL,
	address TEXT NOT NULL,
	lang TEXT NOT NULL,
	token_hash TEXT NOT NULL,
	asked_at BIGINT NOT NULL,
	confirmed_at BIGINT,
	seen TEXT NOT NULL,
	told_at BIGINT,
	UNIQUE (address, digest)
);
CREATE INDEX saved_search_token ON saved_search (token_hash);
