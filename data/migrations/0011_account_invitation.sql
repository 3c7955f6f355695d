-- Who was invited to act for an organization. The token of the mailed link is stored hashed only; it shows the invitation
-- and opens nothing. A link that is mailed again is a row of its own, and the older one ends. ended_at and ending
-- ('accepted', 'declined', 'canceled', 'replaced') stay empty while the invitation is open or runs out by itself.
-- written by: broker/account
CREATE TABLE invitation (
	id TEXT PRIMARY KEY,
	organization_id TEXT NOT NULL REFERENCES organization (id),
	email TEXT NOT NULL,
	role TEXT NOT NULL,
	lang TEXT NOT NULL,
	token_hash TEXT NOT NULL UNIQUE,
	invited_by TEXT NOT NULL REFERENCES person (id),
	invited_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	ended_at BIGINT,
	ending TEXT NOT NULL
);
CREATE UNIQUE INDEX invitation_open ON invitation (organization_id, email) WHERE ended_at IS NULL;
CREATE INDEX invitation_email ON invitation (email, invited_at);
CREATE INDEX invitation_by ON invitation (invited_by, invited_at);
