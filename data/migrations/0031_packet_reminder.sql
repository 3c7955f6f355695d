-- The days on which a service that was set up elsewhere ends and of which its people were reminded.
-- written by: broker/followup
CREATE TABLE packet_reminder (
	item_id TEXT NOT NULL REFERENCES application_item (id),
	ends_on TEXT NOT NULL,
	queued_at BIGINT NOT NULL,
	PRIMARY KEY (item_id, ends_on)
);
