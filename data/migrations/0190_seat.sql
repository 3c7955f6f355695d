-- Who holds a place of a program that is decided here, and who waits for one. A case holds one from its submit until it is over, the
-- grant that it led to until it ends; item_id is the item of both. tier is the tier of the program as its offering calls it, '' where it
-- has none; places are counted by it. waiting_since is since when it stands on the waiting list, NULL for one that holds a place.
-- written by: broker/seat
CREATE TABLE seat (
	item_id TEXT PRIMARY KEY,
	slug TEXT NOT NULL,
	tier TEXT NOT NULL,
	waiting_since BIGINT
);
CREATE INDEX seat_program ON seat (slug, tier, waiting_since);
CREATE INDEX seat_line ON seat (waiting_since, item_id) WHERE waiting_since IS NOT NULL;

INSERT INTO seat (item_id, slug, tier, waiting_since)
SELECT id, slug, '', CASE state WHEN 'waitlisted' THEN waitlisted_at END FROM application_item
WHERE kind = 'in_app' AND state IN ('submitted', 'in_review', 'needs_info', 'waitlisted');
INSERT INTO seat (item_id, slug, tier, waiting_since)
SELECT item_id, slug, '', NULL FROM access_grant WHERE state IN ('pending', 'active', 'suspended');

-- The tier that a case is about: what the applicant chose, or a reviewer instead; '' while nothing is chosen, or there are no tiers.
ALTER TABLE application_item ADD COLUMN tier TEXT NOT NULL DEFAULT '';
