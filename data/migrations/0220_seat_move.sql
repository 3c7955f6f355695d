-- When a place of a program was taken, given up or waited for last, so that directories that ask for what changed hear of it.
-- written by: broker/seat
CREATE TABLE seat_move (
	slug TEXT PRIMARY KEY,
	moved_at BIGINT NOT NULL
);
