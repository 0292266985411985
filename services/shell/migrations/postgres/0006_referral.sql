-- Referrals: the machine without anything personal, its story, what is sealed beside it, and what is owed
-- to each centre. Ids are text, instants are microseconds since 1970 (UTC).

-- Whom a case can be handed to.
CREATE TABLE referral_target (
    operator_id  TEXT NOT NULL,
    target_id    TEXT NOT NULL,
    name         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    hours        TEXT NOT NULL,
    number       TEXT NOT NULL,
    catchment    TEXT NOT NULL,
    last_checked TEXT NOT NULL,
    way          TEXT NOT NULL CHECK (way IN ('none', 'grpc', 'webhook')),
    url          TEXT NOT NULL,
    changed_us   BIGINT NOT NULL,
    PRIMARY KEY (operator_id, target_id)
);

CREATE TABLE referral (
    operator_id  TEXT    NOT NULL,
    referral_id  TEXT    NOT NULL PRIMARY KEY,
    record_id    TEXT    NOT NULL,
    call_id      TEXT    NOT NULL,
    window_id    TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    code         TEXT    NOT NULL,
    -- The machine as JSON, changed only where its revision is what was read.
    body         TEXT    NOT NULL,
    revision     BIGINT NOT NULL,
    -- Why each target stands in its list: JSON, target to codes.
    chosen       TEXT    NOT NULL,
    author_staff TEXT    NOT NULL,
    -- What a supervisor was last told and nobody has acted on.
    alarm        TEXT,
    created_us   BIGINT NOT NULL,
    released_us  BIGINT,
    due_us       BIGINT,
    ended_us     BIGINT,
    seal_year    BIGINT NOT NULL
);
CREATE INDEX referral_due ON referral (due_us) WHERE due_us IS NOT NULL;
CREATE INDEX referral_by_record ON referral (operator_id, record_id);
CREATE INDEX referral_by_time ON referral (operator_id, created_us);
CREATE INDEX referral_alarmed ON referral (operator_id, window_id) WHERE alarm IS NOT NULL;
-- The same record twice is one draft.
CREATE UNIQUE INDEX referral_one_draft ON referral (operator_id, record_id) WHERE state = 'drafted';

CREATE TABLE referral_event (
    operator_id TEXT    NOT NULL,
    referral_id TEXT    NOT NULL,
    seq         BIGINT NOT NULL,
    at_us       BIGINT NOT NULL,
    kind        TEXT    NOT NULL,
    -- A staff id, a target id; empty: the line itself.
    by_whom     TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    PRIMARY KEY (referral_id, seq)
);
CREATE FUNCTION referral_event_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'referral_event is append only'; END $$;
CREATE TRIGGER referral_event_is_not_changed BEFORE UPDATE OR DELETE ON referral_event
FOR EACH ROW EXECUTE FUNCTION referral_event_refuses();
CREATE TRIGGER referral_event_is_not_emptied BEFORE TRUNCATE ON referral_event
FOR EACH STATEMENT EXECUTE FUNCTION referral_event_refuses();

-- What was said, each by itself under the data key of its operator and year: what was asked to be changed,
-- the contents that went out, questions, answers, reasons.
CREATE TABLE referral_content (
    referral_id TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('changes', 'content', 'question', 'answer', 'note')),
    number      BIGINT NOT NULL,
    at_us       BIGINT NOT NULL,
    sealed      BYTEA    NOT NULL,
    PRIMARY KEY (referral_id, kind, number)
);

-- Whose turn it was: these may see the case.
CREATE TABLE referral_asked (
    operator_id TEXT    NOT NULL,
    target_id   TEXT    NOT NULL,
    referral_id TEXT    NOT NULL,
    at_us       BIGINT NOT NULL,
    PRIMARY KEY (referral_id, target_id)
);
CREATE INDEX referral_asked_of ON referral_asked (operator_id, target_id, at_us);

-- Owed to a centre until it says that it has it. Numbered while the centre's cursor is held, so that each
-- centre sees one order without holes.
CREATE TABLE delivery (
    operator_id  TEXT    NOT NULL,
    centre_id    TEXT    NOT NULL,
    event_id     TEXT    NOT NULL PRIMARY KEY,
    referral_id  TEXT    NOT NULL,
    message      BIGINT NOT NULL,
    kind         TEXT    NOT NULL,
    -- Of the content that it tells, and of the question that it answers.
    version      BIGINT NOT NULL,
    question     BIGINT,
    at_us        BIGINT NOT NULL,
    decide_by_us BIGINT,
    state        TEXT    NOT NULL CHECK (state IN ('owed', 'numbered', 'received')),
    centre_seq   BIGINT,
    attempts     BIGINT NOT NULL,
    next_us      BIGINT NOT NULL,
    -- Refused again and again: it is tried on, and holds up nothing that follows.
    aside        BIGINT NOT NULL DEFAULT 0,
    handed_us    BIGINT,
    received_us  BIGINT,
    UNIQUE (operator_id, centre_id, centre_seq)
);
CREATE INDEX delivery_owed ON delivery (operator_id, centre_id, at_us) WHERE state = 'owed';
CREATE INDEX delivery_open ON delivery (operator_id, centre_id, centre_seq) WHERE state = 'numbered';
CREATE INDEX delivery_by_referral ON delivery (referral_id);

CREATE TABLE centre_cursor (
    operator_id    TEXT    NOT NULL,
    centre_id      TEXT    NOT NULL,
    last_seq       BIGINT NOT NULL,
    received_seq   BIGINT NOT NULL,
    -- Who pushes to it now.
    lease_owner    TEXT,
    lease_until_us BIGINT,
    next_us        BIGINT NOT NULL,
    failures       BIGINT NOT NULL,
    PRIMARY KEY (operator_id, centre_id)
);

-- A supervisor is told: owed with the change that calls for it, paid by a worker.
CREATE TABLE referral_duty (
    operator_id   TEXT    NOT NULL,
    referral_id   TEXT    NOT NULL,
    seq           BIGINT NOT NULL,
    alarm         TEXT    NOT NULL,
    owed_us       BIGINT NOT NULL,
    next_us       BIGINT NOT NULL,
    attempts      BIGINT NOT NULL,
    paid_us       BIGINT,
    escalation_id TEXT,
    PRIMARY KEY (referral_id, seq)
);
CREATE INDEX referral_duty_owed ON referral_duty (next_us) WHERE paid_us IS NULL;

-- Free places as a hospital said them last.
CREATE TABLE hospital_places (
    operator_id TEXT    NOT NULL,
    hospital_id TEXT    NOT NULL,
    free_places BIGINT NOT NULL,
    reported_us BIGINT NOT NULL,
    by_account  TEXT,
    PRIMARY KEY (operator_id, hospital_id)
);
