-- Which reminders need no mail any more. subject is what the reminder is about (an item, a question, a person), occasion what it
-- counts towards. step is the number of the latest moment of the occasion that was dealt with: the mail was queued, or nobody
-- wanted it. Of a daily mail step is the time of its day.
-- written by: broker/reminder
CREATE TABLE reminder_mark (
	subject TEXT NOT NULL,
	occasion TEXT NOT NULL,
	step BIGINT NOT NULL,
	marked_at BIGINT NOT NULL,
	PRIMARY KEY (subject, occasion)
);
CREATE INDEX reminder_mark_marked ON reminder_mark (marked_at);
