-- What the reports know of checks: how often something happened in a calendar month (YYYY-MM, in the site's time zone). No row leads back
-- to a check. Package broker/report says what each measure counts and what subject and part are in it. sector is the main sector, lang the
-- language, '' where a measure does not tell them apart or nobody said. The row of measure 'began' has the day of the first count as its
-- subject and month ''.
-- written by: broker/report
CREATE TABLE report_count (
	month TEXT NOT NULL,
	measure TEXT NOT NULL,
	subject TEXT NOT NULL,
	part TEXT NOT NULL,
	sector TEXT NOT NULL,
	lang TEXT NOT NULL,
	tally BIGINT NOT NULL,
	PRIMARY KEY (month, measure, subject, part, sector, lang)
);
