-- How often each answer to a question of the check is given, counted over the organizations of the live vintages: one row for each
-- sector and fact, share as JSON (eligibility.Share). The row without sector and fact says what the others were counted from: live
-- is a digest over the live vintages. All rows are made anew together when that changes.
-- written by: eligibility/registry
CREATE TABLE registry_share (
	sector TEXT NOT NULL,
	fact TEXT NOT NULL,
	live TEXT NOT NULL,
	share TEXT NOT NULL,
	PRIMARY KEY (sector, fact)
);
