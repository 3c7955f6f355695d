-- Who asked, with the link to a check, to be told when a program begins to fit its answers: the address that the link was mailed to,
-- and when. It goes with the check. link_hash is that of the link in the latest mail that told of a program, which opens the
-- check beside resume_hash ('' before the first). ground is '' until the check was decided; facts_hash is that of the answers, the other
-- columns are as in recheck_organization.
-- written by: broker/recheck
CREATE TABLE recheck_check (
	token_hash TEXT PRIMARY KEY REFERENCES screening (token_hash) ON DELETE CASCADE,
	address TEXT NOT NULL,
	asked_at BIGINT NOT NULL,
	link_hash TEXT NOT NULL,
	ground TEXT NOT NULL,
	facts_hash TEXT NOT NULL,
	outcome TEXT NOT NULL,
	decided_at BIGINT NOT NULL
);
CREATE INDEX recheck_check_link ON recheck_check (link_hash);
