-- Paging psychiatrists: escalations, pages, advice, people who wait for a call-back. The two files differ only
-- in column types and in how the story's triggers are written. Contact points and advice are sealed.

-- One ladder being climbed. `body` is the machine (domain::escalation) as JSON; the other columns are for
-- finding it. Changed only where `revision` is what was read.
CREATE TABLE escalation (
    operator_id     TEXT   NOT NULL,
    escalation_id   TEXT   NOT NULL PRIMARY KEY,
    request_id      TEXT   NOT NULL,
    window_id       TEXT   NOT NULL,
    call_id         TEXT,
    priority        TEXT   NOT NULL,
    state           TEXT   NOT NULL,
    body            TEXT   NOT NULL,
    contacts_sealed BLOB NOT NULL,
    revision        INTEGER NOT NULL,
    due_us          INTEGER,
    started_us      INTEGER NOT NULL,
    ended_us        INTEGER,
    UNIQUE (operator_id, request_id)
) STRICT;
CREATE INDEX escalation_due ON escalation (due_us) WHERE due_us IS NOT NULL;
CREATE INDEX escalation_by_call ON escalation (operator_id, call_id) WHERE call_id IS NOT NULL;
CREATE INDEX escalation_by_time ON escalation (operator_id, started_us);

-- The story of an escalation. Append only.
CREATE TABLE escalation_event (
    operator_id   TEXT   NOT NULL,
    escalation_id TEXT   NOT NULL,
    seq           INTEGER NOT NULL,
    at_us         INTEGER NOT NULL,
    kind          TEXT   NOT NULL,
    body          TEXT   NOT NULL,
    PRIMARY KEY (escalation_id, seq)
) STRICT;
CREATE TRIGGER escalation_event_is_not_changed BEFORE UPDATE ON escalation_event
BEGIN SELECT RAISE(ABORT, 'escalation_event is append only'); END;
CREATE TRIGGER escalation_event_is_not_deleted BEFORE DELETE ON escalation_event
BEGIN SELECT RAISE(ABORT, 'escalation_event is append only'); END;

-- One attempt to reach one person by one way, owed until it ends. The lease is the worker's: a dead
-- process's pages are taken by the next.
CREATE TABLE page (
    operator_id    TEXT   NOT NULL,
    page_id        TEXT   NOT NULL PRIMARY KEY,
    escalation_id  TEXT   NOT NULL,
    number         INTEGER NOT NULL,
    round          INTEGER NOT NULL,
    rung           INTEGER,
    staff_id       TEXT   NOT NULL,
    channel        TEXT   NOT NULL,
    contact        INTEGER NOT NULL,
    call_id        TEXT,
    state          TEXT   NOT NULL,
    due_us         INTEGER NOT NULL,
    next_us        INTEGER NOT NULL,
    out_us         INTEGER,
    ended_us       INTEGER,
    attempts       INTEGER NOT NULL,
    lease_owner    TEXT,
    lease_until_us INTEGER,
    UNIQUE (escalation_id, number)
) STRICT;
CREATE INDEX page_due ON page (channel, next_us) WHERE state IN ('owed', 'out');
CREATE INDEX page_by_time ON page (operator_id, due_us);
CREATE INDEX page_by_lease ON page (lease_owner) WHERE lease_owner IS NOT NULL;

-- Every try of a page, with what came of it.
CREATE TABLE page_attempt (
    operator_id  TEXT   NOT NULL,
    page_id      TEXT   NOT NULL,
    attempt      INTEGER NOT NULL,
    at_us        INTEGER NOT NULL,
    delivered_us INTEGER,
    ended_us     INTEGER,
    outcome      TEXT,
    detail       TEXT,
    PRIMARY KEY (page_id, attempt)
) STRICT;

-- What the doctor said, as it was written down.
CREATE TABLE advice (
    operator_id   TEXT   NOT NULL,
    advice_id     TEXT   NOT NULL PRIMARY KEY,
    escalation_id TEXT   NOT NULL,
    staff_id      TEXT   NOT NULL,
    at_us         INTEGER NOT NULL,
    advice_sealed BLOB NOT NULL,
    read_back     INTEGER NOT NULL
) STRICT;
CREATE INDEX advice_by_escalation ON advice (escalation_id, at_us);

-- People who wait for a doctor's call-back; a desk is asked to ring them meanwhile.
CREATE TABLE safety_caller (
    operator_id   TEXT   NOT NULL,
    call_id       TEXT   NOT NULL PRIMARY KEY,
    escalation_id TEXT   NOT NULL,
    window_id     TEXT   NOT NULL,
    since_us      INTEGER NOT NULL,
    due_us        INTEGER NOT NULL,
    asked         INTEGER NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'settled')),
    settled_us    INTEGER,
    settled_how   TEXT
) STRICT;
CREATE INDEX safety_caller_due ON safety_caller (due_us) WHERE state = 'waiting';
