-- The line: calls, desks, debts. Written once for each engine; the two files differ
-- only in column types and in how the ledger's triggers are written.
-- Ids are text, instants are microseconds since 1970 (UTC), numbers of callers are sealed.

-- The ledger. Append only: everything shown about a call derives from it.
CREATE TABLE call_event (
    operator_id   TEXT   NOT NULL,
    call_id       TEXT   NOT NULL,
    seq           BIGINT NOT NULL,
    at_us         BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    leg_id        TEXT,
    body          TEXT   NOT NULL,
    number_sealed BYTEA,
    number_index  TEXT,
    PRIMARY KEY (call_id, seq)
);
CREATE INDEX call_event_by_time ON call_event (operator_id, at_us);
CREATE INDEX call_event_by_kind ON call_event (operator_id, kind, at_us);
CREATE INDEX call_event_by_number ON call_event (operator_id, number_index, at_us) WHERE number_index IS NOT NULL;

CREATE FUNCTION call_event_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'call_event is append only'; END $$;
CREATE TRIGGER call_event_is_not_changed BEFORE UPDATE OR DELETE ON call_event
FOR EACH ROW EXECUTE FUNCTION call_event_refuses();
CREATE TRIGGER call_event_is_not_emptied BEFORE TRUNCATE ON call_event
FOR EACH STATEMENT EXECUTE FUNCTION call_event_refuses();

-- Calls without an end, so that recovery finds them without reading the ledger.
CREATE TABLE open_call (
    call_id     TEXT   NOT NULL PRIMARY KEY,
    operator_id TEXT   NOT NULL,
    window_id   TEXT   NOT NULL,
    process_id  TEXT   NOT NULL,
    begun_us    BIGINT NOT NULL
);
CREATE INDEX open_call_by_process ON open_call (process_id);

-- A call-back owed to a caller who was not answered.
CREATE TABLE callback (
    operator_id    TEXT   NOT NULL,
    callback_id    TEXT   NOT NULL PRIMARY KEY,
    call_id        TEXT   NOT NULL UNIQUE,
    window_id      TEXT   NOT NULL,
    number_sealed  BYTEA NOT NULL,
    number_index   TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN ('owed', 'leased', 'settled', 'withdrawn')),
    owed_us        BIGINT NOT NULL,
    next_us        BIGINT NOT NULL,
    attempts       BIGINT NOT NULL,
    lease_owner    TEXT,
    lease_until_us BIGINT,
    settled_us     BIGINT,
    settled_how    TEXT
);
CREATE INDEX callback_due ON callback (operator_id, next_us) WHERE state IN ('owed', 'leased');
CREATE INDEX callback_by_number ON callback (operator_id, number_index) WHERE state IN ('owed', 'leased');

-- Processes of the line; a lease that ran out is a process that died.
CREATE TABLE process (
    process_id     TEXT   NOT NULL PRIMARY KEY,
    node           TEXT   NOT NULL,
    started_us     BIGINT NOT NULL,
    lease_until_us BIGINT NOT NULL
);
CREATE INDEX process_by_node ON process (node);

-- Where a desk's phone is reached.
CREATE TABLE phone_binding (
    operator_id    TEXT   NOT NULL,
    desk_id        TEXT   NOT NULL,
    phone          TEXT   NOT NULL,
    contact        TEXT   NOT NULL,
    source_address TEXT   NOT NULL,
    transport      TEXT   NOT NULL,
    preference     BIGINT NOT NULL,
    cseq           BIGINT NOT NULL,
    registered_us  BIGINT NOT NULL,
    until_us       BIGINT NOT NULL,
    PRIMARY KEY (operator_id, desk_id, phone)
);

-- A desk and what it is doing. Holds at most one offer or call; a call has at most one desk.
CREATE TABLE desk (
    operator_id    TEXT   NOT NULL,
    desk_id        TEXT   NOT NULL,
    staff_id       TEXT,
    presence       TEXT   NOT NULL,
    reason         TEXT,
    since_us       BIGINT NOT NULL,
    idle_since_us  BIGINT NOT NULL,
    lease_until_us BIGINT,
    wrap_until_us  BIGINT,
    call_id        TEXT,
    offer_id       TEXT,
    claim_owner    TEXT,
    claim_until_us BIGINT,
    PRIMARY KEY (operator_id, desk_id)
);
CREATE UNIQUE INDEX desk_one_per_call ON desk (call_id) WHERE presence = 'in_call';
CREATE UNIQUE INDEX desk_one_per_offer ON desk (offer_id) WHERE offer_id IS NOT NULL;

-- A caller's place in the queue.
CREATE TABLE waiting (
    operator_id    TEXT   NOT NULL,
    call_id        TEXT   NOT NULL PRIMARY KEY,
    window_id      TEXT   NOT NULL,
    place_class    BIGINT NOT NULL,
    since_us       BIGINT NOT NULL,
    circle         BIGINT NOT NULL,
    owner          TEXT   NOT NULL,
    lease_until_us BIGINT NOT NULL
);
CREATE INDEX waiting_in_order ON waiting (operator_id, window_id, place_class, since_us);

-- What a human must see. Standing alarms of one kind and place are one row.
CREATE TABLE alarm (
    operator_id TEXT   NOT NULL,
    alarm_id    TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    window_id   TEXT,
    subject     TEXT,
    raised_us   BIGINT NOT NULL,
    last_us     BIGINT NOT NULL,
    times       BIGINT NOT NULL,
    cleared_us  BIGINT,
    seen_by     TEXT,
    seen_us     BIGINT
);
CREATE UNIQUE INDEX alarm_standing ON alarm (operator_id, kind, coalesce(window_id, '')) WHERE cleared_us IS NULL;
CREATE INDEX alarm_by_time ON alarm (operator_id, raised_us);
