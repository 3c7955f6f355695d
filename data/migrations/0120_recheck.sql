-- How the programs stood for an organization when it was decided last. There is a row only while somebody of the organization wants
-- to know when a program begins to fit. ground names what was decided on beside the facts (catalog, open windows, register
-- editions), facts_seen is how many facts with their history the organization had. outcome is JSON: by slug the group, and
-- since when (Unix milliseconds) a program has stopped to fit.
-- written by: broker/recheck
CREATE TABLE recheck_organization (
	organization_id TEXT PRIMARY KEY REFERENCES organization (id),
	ground TEXT NOT NULL,
	facts_seen BIGINT NOT NULL,
	outcome TEXT NOT NULL,
	decided_at BIGINT NOT NULL
);
