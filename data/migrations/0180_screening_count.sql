-- When a check is to be counted for the reports: some time after its last answer, before it is deleted. NULL: it has been counted, or is a
-- copy that a mailed link brought into another browser.
-- written by: broker
ALTER TABLE screening ADD COLUMN count_at BIGINT;
CREATE INDEX screening_count ON screening (count_at) WHERE count_at IS NOT NULL;
