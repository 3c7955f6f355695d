-- Grants may be suspended, ended by their holder, and renewed. The table is made anew because a CHECK cannot be changed on
-- SQLite; the words of state are checked in broker/access from here on.
--
-- Access that was granted to an organization through one item of an application. state is pending, active, suspended, ended
-- or revoked. ends is the agreed end; stopped_at the first instant without access, once the grant is over. reason is that of
-- the suspension or the revocation. renewal is '' (nobody asked in this term), asked or refused, renewal_at since when,
-- renewal_reason why it was refused; renewals counts the terms after the first. renewal_days, user_limit, safeguards and
-- renewable are those of the terms in force. people counts the people who are named now. reminded_days is the smallest number
-- of days before the end whose reminder needs no mail any more: it was sent, or had passed when the term started; NULL while
-- there is none. revision grows with each act but the naming of people.
-- written by: broker/access
CREATE TABLE access_grant_next (
	id TEXT PRIMARY KEY,
	item_id TEXT NOT NULL UNIQUE,
	organization_id TEXT NOT NULL,
	slug TEXT NOT NULL,
	version_id TEXT NOT NULL,
	reference TEXT NOT NULL,
	state TEXT NOT NULL,
	starts BIGINT NOT NULL,
	ends BIGINT NOT NULL,
	stopped_at BIGINT,
	renewable BOOLEAN NOT NULL,
	renewal_days BIGINT NOT NULL,
	user_limit BIGINT NOT NULL,
	safeguards TEXT NOT NULL,
	opened_by TEXT NOT NULL,
	reason TEXT NOT NULL,
	renewal TEXT NOT NULL,
	renewal_at BIGINT,
	renewal_reason TEXT NOT NULL,
	renewals BIGINT NOT NULL,
	people BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	revision BIGINT NOT NULL,
	reminded_days BIGINT
);
INSERT INTO access_grant_next (id, item_id, organization_id, slug, version_id, reference, state, starts, ends, stopped_at, renewable,
	renewal_days, user_limit, safeguards, opened_by, reason, renewal, renewal_at, renewal_reason, renewals, people, changed_at, revision,
	reminded_days)
SELECT id, item_id, organization_id, slug, version_id, reference, state, starts, ends,
	CASE state WHEN 'ended' THEN ends WHEN 'revoked' THEN changed_at END, renewable,
	60, 10, safeguards, opened_by, reason, '', NULL, '', 0, 0, changed_at, revision, reminded_days
FROM access_grant;
DROP TABLE access_grant;
ALTER TABLE access_grant_next RENAME TO access_grant;
CREATE INDEX access_grant_organization ON access_grant (organization_id, ends);
CREATE INDEX access_grant_state_starts ON access_grant (state, starts);
CREATE INDEX access_grant_state_ends ON access_grant (state, ends);
CREATE INDEX access_grant_slug_state ON access_grant (slug, state);

-- Who may use an access: people whom its holder named. A removed one stays known, because what was done with the access may
-- have to be told apart later. email is as account.NormalizeEmail gives it.
-- written by: broker/access
CREATE TABLE access_person (
	id TEXT PRIMARY KEY,
	grant_id TEXT NOT NULL REFERENCES access_grant (id),
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	named_at BIGINT NOT NULL,
	named_by TEXT NOT NULL,
	removed_at BIGINT,
	removed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX access_person_current ON access_person (grant_id, email) WHERE removed_at IS NULL;
CREATE INDEX access_person_grant ON access_person (grant_id, named_at);
