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
    contacts_sealed BYTEA NOT NULL,
    revision        BIGINT NOT NULL,
    due_us          BIGINT,
    started_us      BIGINT NOT NULL,
    ended_us        BIGINT,
    UNIQUE (operator_id, request_id)
);
CREATE INDEX escalation_due ON escalation (due_us) WHERE due_us IS NOT NULL;
CREATE INDEX escalation_by_call ON escalation (operator_id, call_id) WHERE call_id IS NOT NULL;
CREATE INDEX escalation_by_time ON escalation (operator_id, started_us);

-- The story of an escalation. Append only.
CREATE TABLE escalation_event (
    operator_id   TEXT   NOT NULL,
    escalation_id TEXT   NOT NULL,
    seq           BIGINT NOT NULL,
    at_us         BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    body          TEXT   NOT NULL,
    PRIMARY KEY (escalation_id, seq)
);
CREATE FUNCTION escalation_event_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'escalation_event is append only'; END $$;
CREATE TRIGGER escalation_event_is_not_changed BEFORE UPDATE OR DELETE ON escalation_event
FOR EACH ROW EXECUTE FUNCTION escalation_event_refuses();
CREATE TRIGGER escalation_event_is_not_emptied BEFORE TRUNCATE ON escalation_event
FOR EACH STATEMENT EXECUTE FUNCTION escalation_event_refuses();

-- One attempt to reach one person by one way, owed until it ends. The lease is the worker's: a dead
-- process's pages are taken by the next.
CREATE TABLE page (
    operator_id    TEXT   NOT NULL,
    page_id        TEXT   NOT NULL PRIMARY KEY,
    escalation_id  TEXT   NOT NULL,
    number         BIGINT NOT NULL,
    round          BIGINT NOT NULL,
    rung           BIGINT,
    staff_id       TEXT   NOT NULL,
    channel        TEXT   NOT NULL,
    contact        BIGINT NOT NULL,
    call_id        TEXT,
    state          TEXT   NOT NULL,
    due_us         BIGINT NOT NULL,
    next_us        BIGINT NOT NULL,
    out_us         BIGINT,
    ended_us       BIGINT,
    attempts       BIGINT NOT NULL,
    lease_owner    TEXT,
    lease_until_us BIGINT,
    UNIQUE (escalation_id, number)
);
CREATE INDEX page_due ON page (channel, next_us) WHERE state IN ('owed', 'out');
CREATE INDEX page_by_time ON page (operator_id, due_us);
CREATE INDEX page_by_lease ON page (lease_owner) WHERE lease_owner IS NOT NULL;

-- Every try of a page, with what came of it.
CREATE TABLE page_attempt (
    operator_id  TEXT   NOT NULL,
    page_id      TEXT   NOT NULL,
    attempt      BIGINT NOT NULL,
    at_us        BIGINT NOT NULL,
    delivered_us BIGINT,
    ended_us     BIGINT,
    outcome      TEXT,
    detail       TEXT,
    PRIMARY KEY (page_id, attempt)
);

-- What the doctor said, as it was written down.
CREATE TABLE advice (
    operator_id   TEXT   NOT NULL,
    advice_id     TEXT   NOT NULL PRIMARY KEY,
    escalation_id TEXT   NOT NULL,
    staff_id      TEXT   NOT NULL,
    at_us         BIGINT NOT NULL,
    advice_sealed BYTEA NOT NULL,
    read_back     BIGINT NOT NULL
);
CREATE INDEX advice_by_escalation ON advice (escalation_id, at_us);

-- People who wait for a doctor's call-back; a desk is asked to ring them meanwhile.
CREATE TABLE safety_caller (
    operator_id   TEXT   NOT NULL,
    call_id       TEXT   NOT NULL PRIMARY KEY,
    escalation_id TEXT   NOT NULL,
    window_id     TEXT   NOT NULL,
    since_us      BIGINT NOT NULL,
    due_us        BIGINT NOT NULL,
    asked         BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'settled')),
    settled_us    BIGINT,
    settled_how   TEXT
);
CREATE INDEX safety_caller_due ON safety_caller (due_us) WHERE state = 'waiting';
