-- People. email is normalized (see broker/account) and names one person. generation moves on when every session of the
-- person must end. The words that columns such as staff_role may hold are checked in broker/account, not here: the lists
-- grow, and a CHECK of SQLite cannot be changed without copying the table.
-- written by: broker/account
CREATE TABLE person (
	id TEXT PRIMARY KEY,
	email TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	lang TEXT NOT NULL,
	staff_role TEXT NOT NULL,
	disabled BOOLEAN NOT NULL,
	generation BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);

-- written by: broker/account
CREATE TABLE organization (
	id TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

-- Who acts for which organization. Only state active opens anything.
-- written by: broker/account
CREATE TABLE membership (
	person_id TEXT NOT NULL REFERENCES person (id),
	organization_id TEXT NOT NULL REFERENCES organization (id),
	role TEXT NOT NULL,
	state TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (person_id, organization_id)
);
CREATE INDEX membership_organization ON membership (organization_id);

-- What is known of an organization, with its history: the current value of a fact is the row without superseded_at. value
-- is the JSON of the fact; an empty value says that the fact is unknown again. stated_by is an actor of the record.
-- written by: broker/account
CREATE TABLE organization_fact (
	id TEXT PRIMARY KEY,
	organization_id TEXT NOT NULL REFERENCES organization (id),
	fact TEXT NOT NULL,
	value TEXT NOT NULL,
	evidence TEXT NOT NULL,
	source TEXT NOT NULL,
	stated_at BIGINT NOT NULL,
	stated_by TEXT NOT NULL,
	superseded_at BIGINT
);
CREATE UNIQUE INDEX organization_fact_current ON organization_fact (organization_id, fact) WHERE superseded_at IS NULL;
CREATE INDEX organization_fact_history ON organization_fact (organization_id, fact, stated_at);

-- Who asked to sign in. A token and a code are stored hashed only. kind is link (asked for in a browser, bound to it),
-- silent (the same, but no mail went out) or invitation (made for a member of staff, browser_hash and code_hash are
-- empty). ended_at and ending ('spent', 'replaced', 'tries', 'closed') stay empty while the ask can be spent or runs out
-- by itself.
-- written by: broker/account
CREATE TABLE sign_in_ask (
	id TEXT PRIMARY KEY,
	kind TEXT NOT NULL,
	email TEXT NOT NULL,
	lang TEXT NOT NULL,
	token_hash TEXT NOT NULL UNIQUE,
	code_hash TEXT NOT NULL,
	code_tries BIGINT NOT NULL,
	browser_hash TEXT NOT NULL,
	next TEXT NOT NULL,
	asked_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	ended_at BIGINT,
	ending TEXT NOT NULL
);
CREATE INDEX sign_in_ask_email ON sign_in_ask (email, asked_at);
CREATE INDEX sign_in_ask_browser ON sign_in_ask (browser_hash, asked_at);
