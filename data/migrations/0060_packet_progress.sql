-- The steps of a packet move to the package that keeps them, unchanged. What happened on which day, with a note; a step that
-- was taken back keeps its row. The days before and the due date before are what taking it back restores.
-- written by: broker/progress
CREATE TABLE packet_step (
	id TEXT PRIMARY KEY,
	item_id TEXT NOT NULL REFERENCES application_item (id),
	act TEXT NOT NULL,
	from_state TEXT NOT NULL,
	to_state TEXT NOT NULL,
	happened_on TEXT NOT NULL,
	ends_on TEXT NOT NULL,
	note TEXT NOT NULL,
	stage_before TEXT NOT NULL,
	ends_before TEXT NOT NULL,
	due_before BIGINT,
	taken_at BIGINT NOT NULL,
	taken_by TEXT NOT NULL REFERENCES person (id),
	undone_at BIGINT
);
CREATE INDEX packet_step_item ON packet_step (item_id, taken_at);
INSERT INTO packet_step (id, item_id, act, from_state, to_state, happened_on, ends_on, note, stage_before, ends_before, due_before, taken_at, taken_by, undone_at)
	SELECT id, item_id, act, from_state, to_state, happened_on, ends_on, note, stage_before, ends_before, due_before, taken_at, taken_by, undone_at FROM item_step;
DROP TABLE item_step;

-- What a packet was made from when it was sent, by the step that says so: the facts with evidence, source and day (JSON), the
-- answers (JSON) and when they were saved last.
-- written by: broker/progress
CREATE TABLE packet_sent (
	step_id TEXT PRIMARY KEY REFERENCES packet_step (id),
	organization TEXT NOT NULL,
	facts TEXT NOT NULL,
	answers TEXT NOT NULL,
	answered_at BIGINT
);
