-- Access that was granted to an organization through one item of an application. state is pending, active, ended or
-- revoked. safeguards are the words of the terms, separated by spaces. reason is that of a revocation. reminded_days is the
-- smallest number of days before the end whose reminder needs no mail any more: it was sent, or had passed when the grant
-- started; NULL while there is none. revision grows with each change of state.
-- written by: broker/access
CREATE TABLE access_grant (
	id TEXT PRIMARY KEY,
	item_id TEXT NOT NULL UNIQUE,
	organization_id TEXT NOT NULL,
	slug TEXT NOT NULL,
	version_id TEXT NOT NULL,
	reference TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'ended', 'revoked')),
	starts BIGINT NOT NULL,
	ends BIGINT NOT NULL,
	renewable BOOLEAN NOT NULL,
	safeguards TEXT NOT NULL,
	opened_by TEXT NOT NULL,
	reason TEXT NOT NULL,
	changed_at BIGINT NOT NULL,
	revision BIGINT NOT NULL,
	reminded_days BIGINT
);
CREATE INDEX access_grant_organization ON access_grant (organization_id, ends);
CREATE INDEX access_grant_state_starts ON access_grant (state, starts);
CREATE INDEX access_grant_state_ends ON access_grant (state, ends);
