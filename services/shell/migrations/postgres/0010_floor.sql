-- Which programs may use the store as it is now: those that were built for this version of the schema or a later
-- one. A migration that only widens leaves it alone; one that takes away what older programs need raises it.
CREATE TABLE schema_floor (
    only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    oldest   BIGINT NOT NULL
);
INSERT INTO schema_floor (only_row, oldest) VALUES (1, 9);
