-- Of which day the source of a value is, YYYY-MM-DD: the edition of a register, the date of a document. '' where nobody
-- said: then the value is as of the day on which it was stated.
-- written by: broker/account
ALTER TABLE organization_fact ADD COLUMN as_of TEXT NOT NULL DEFAULT '';
