-- Papers that are gathered for a packet, as the applicant ticks them. paper names the text of the document, as package
-- packet makes it.
-- written by: broker/paper
CREATE TABLE item_paper (
	item_id TEXT NOT NULL REFERENCES application_item (id),
	paper TEXT NOT NULL,
	gathered_at BIGINT NOT NULL,
	gathered_by TEXT NOT NULL,
	PRIMARY KEY (item_id, paper)
);
