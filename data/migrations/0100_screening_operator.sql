-- Which record of the public registers the person picked as their organization: its id ("ccn:000001"), '' for none. facts also
-- hold evidence, source and day of each value from now on; older rows hold bare values, which are read as stated.
-- written by: broker
ALTER TABLE screening ADD COLUMN operator TEXT NOT NULL DEFAULT '';
