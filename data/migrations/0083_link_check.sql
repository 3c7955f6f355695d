-- What asking an address of a listing gave. problem is why it could not be opened the last time, '' if it could; failures counts
-- since when in a row (failed_at). reached_on is the last day on which it opened, gone_on the day since when it counts as gone,
-- moved_to where the site says it stands now. due_at: when it is asked next; while it is asked, the end of the lease.
-- written by: catalog/upkeep
CREATE TABLE link_check (
	url TEXT PRIMARY KEY,
	problem TEXT NOT NULL,
	status BIGINT NOT NULL,
	reached_on TEXT NOT NULL,
	moved_to TEXT NOT NULL,
	gone_on TEXT NOT NULL,
	failures BIGINT NOT NULL,
	failed_at BIGINT,
	asked_at BIGINT,
	due_at BIGINT NOT NULL
);
CREATE INDEX link_check_due ON link_check (due_at);
