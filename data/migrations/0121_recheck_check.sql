-- Who asked, with the link to a check, to be told when a program begins to fit its answers: the address that the link was mailed to
-- ('' for nobody), when, and the hash of the link in the latest such mail, which opens the check like resume_hash.
-- written by: broker
ALTER TABLE screening ADD COLUMN tell_address TEXT NOT NULL DEFAULT '';
ALTER TABLE screening ADD COLUMN tell_asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE screening ADD COLUMN tell_hash TEXT;
CREATE UNIQUE INDEX screening_tell_hash ON screening (tell_hash);
CREATE INDEX screening_tell ON screening (expires_at) WHERE tell_address <> '';

-- How the programs stood for such a check when it was decided last; goes with it. facts_hash is that of the answers, the other
-- columns are as in recheck_organization.
-- written by: broker/recheck
CREATE TABLE recheck_check (
	token_hash TEXT PRIMARY KEY REFERENCES screening (token_hash) ON DELETE CASCADE,
	ground TEXT NOT NULL,
	facts_hash TEXT NOT NULL,
	outcome TEXT NOT NULL,
	decided_at BIGINT NOT NULL
);
