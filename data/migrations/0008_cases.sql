-- Cases of both kinds. kind is in_app (decided here) or packet (prepared here, decided by the provider). paused_at is since
-- when the promise clock stands still, because the applicant was asked. waitlisted_at gives the order of the waiting list.
-- Of a packet: route is the number of the apply route that it follows, stage_on the calendar day of its stage as the
-- applicant gives it, ends_on the day on which the service ends if one was given, due_at when an answer of the provider
-- is overdue.
ALTER TABLE application_item ADD COLUMN kind TEXT NOT NULL DEFAULT 'in_app';
ALTER TABLE application_item ADD COLUMN paused_at BIGINT;
ALTER TABLE application_item ADD COLUMN waitlisted_at BIGINT;
ALTER TABLE application_item ADD COLUMN route BIGINT NOT NULL DEFAULT 0;
ALTER TABLE application_item ADD COLUMN stage_on TEXT NOT NULL DEFAULT '';
ALTER TABLE application_item ADD COLUMN ends_on TEXT NOT NULL DEFAULT '';
CREATE INDEX application_item_waitlist ON application_item (slug, waitlisted_at);

-- The steps of a packet, as the applicant reports them: what happened on which day, with a note. A step that was taken
-- back keeps its row. The days before and the due date before are what taking it back restores.
-- written by: broker
CREATE TABLE item_step (
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
	taken_by TEXT NOT NULL,
	undone_at BIGINT
);
CREATE INDEX item_step_item ON item_step (item_id, taken_at);
