-- Who wants to be told when a program opens, closes or changes. address is in lower case. token_hash is that of the mailed link with
-- which the address confirms; '' once it did. seen is what the last notice said of the program, or what it was like when the
-- address confirmed: the next notice is about the difference.
-- written by: catalog/interest
CREATE TABLE saved_interest (
	id TEXT PRIMARY KEY,
	slug TEXT NOT NULL REFERENCES offering (slug),
	address TEXT NOT NULL,
	lang TEXT NOT NULL,
	token_hash TEXT NOT NULL,
	asked_at BIGINT NOT NULL,
	confirmed_at BIGINT,
	seen TEXT NOT NULL,
	noticed_at BIGINT,
	UNIQUE (slug, address)
);
CREATE INDEX saved_interest_address ON saved_interest (address);
CREATE INDEX saved_interest_token ON saved_interest (token_hash);
