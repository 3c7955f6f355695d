-- A question that any offering can ask. id is its short name for ever. revision counts its changes. A question is never deleted: retired_at
-- says since when no offering takes it any more; NULL while it is in use.
-- written by: catalog/question
CREATE TABLE bank_question (
	id TEXT PRIMARY KEY,
	revision BIGINT NOT NULL CHECK (revision >= 1),
	retired_at BIGINT,
	retired_by TEXT NOT NULL
);

-- Every text that a question had, and every time it was retired or taken into use again (act: 'added', 'changed', 'retired', 'reused').
-- body is the question as the canonical text of an offering that holds nothing else. Rows are added, never changed.
-- written by: catalog/question
CREATE TABLE bank_question_change (
	question_id TEXT NOT NULL REFERENCES bank_question (id),
	revision BIGINT NOT NULL,
	act TEXT NOT NULL CHECK (act IN ('added', 'changed', 'retired', 'reused')),
	body TEXT NOT NULL,
	at BIGINT NOT NULL,
	by_person TEXT NOT NULL,
	PRIMARY KEY (question_id, revision)
);
