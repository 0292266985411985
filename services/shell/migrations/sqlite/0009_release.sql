-- A signature releases the record's referral: owed by triage in the transaction of the signature, paid by
-- referral. A record without a draft owes nobody anything; then it is paid at once.
CREATE TABLE record_release (
    operator_id TEXT    NOT NULL,
    record_id   TEXT    NOT NULL PRIMARY KEY,
    -- Who signed.
    by_staff    TEXT    NOT NULL,
    owed_us     INTEGER NOT NULL,
    next_us     INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    paid_us     INTEGER
) STRICT;
CREATE INDEX record_release_owed ON record_release (next_us) WHERE paid_us IS NULL;
