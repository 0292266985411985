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
    changed_us   INTEGER NOT NULL,
    PRIMARY KEY (operator_id, target_id)
) STRICT;

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
    revision     INTEGER NOT NULL,
    -- Why each target stands in its list: JSON, target to codes.
    chosen       TEXT    NOT NULL,
    author_staff TEXT    NOT NULL,
    -- What a supervisor was last told and nobody has acted on.
    alarm        TEXT,
    created_us   INTEGER NOT NULL,
    released_us  INTEGER,
    due_us       INTEGER,
    ended_us     INTEGER,
    seal_year    INTEGER NOT NULL
) STRICT;
CREATE INDEX referral_due ON referral (due_us) WHERE due_us IS NOT NULL;
CREATE INDEX referral_by_record ON referral (operator_id, record_id);
CREATE INDEX referral_by_time ON referral (operator_id, created_us);
CREATE INDEX referral_alarmed ON referral (operator_id, window_id) WHERE alarm IS NOT NULL;
-- The same record twice is one draft.
CREATE UNIQUE INDEX referral_one_draft ON referral (operator_id, record_id) WHERE state = 'drafted';

CREATE TABLE referral_event (
    operator_id TEXT    NOT NULL,
    referral_id TEXT    NOT NULL,
    seq         INTEGER NOT NULL,
    at_us       INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    -- A staff id, a target id; empty: the line itself.
    by_whom     TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    PRIMARY KEY (referral_id, seq)
) STRICT;
CREATE TRIGGER referral_event_is_not_changed BEFORE UPDATE ON referral_event
BEGIN SELECT RAISE(ABORT, 'referral_event is append only'); END;
CREATE TRIGGER referral_event_is_not_deleted BEFORE DELETE ON referral_event
BEGIN SELECT RAISE(ABORT, 'referral_event is append only'); END;

-- What was said, each by itself under the data key of its operator and year: what was asked to be changed,
-- the contents that went out, questions, answers, reasons.
CREATE TABLE referral_content (
    referral_id TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('changes', 'content', 'question', 'answer', 'note')),
    number      INTEGER NOT NULL,
    at_us       INTEGER NOT NULL,
    sealed      BLOB    NOT NULL,
    PRIMARY KEY (referral_id, kind, number)
) STRICT;

-- Whose turn it was: these may see the case.
CREATE TABLE referral_asked (
    operator_id TEXT    NOT NULL,
    target_id   TEXT    NOT NULL,
    referral_id TEXT    NOT NULL,
    at_us       INTEGER NOT NULL,
    PRIMARY KEY (referral_id, target_id)
) STRICT;
CREATE INDEX referral_asked_of ON referral_asked (operator_id, target_id, at_us);

-- Owed to a centre until it says that it has it. Numbered while the centre's cursor is held, so that each
-- centre sees one order without holes.
CREATE TABLE delivery (
    operator_id  TEXT    NOT NULL,
    centre_id    TEXT    NOT NULL,
    event_id     TEXT    NOT NULL PRIMARY KEY,
    referral_id  TEXT    NOT NULL,
    message      INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    -- Of the content that it tells, and of the question that it answers.
    version      INTEGER NOT NULL,
    question     INTEGER,
    at_us        INTEGER NOT NULL,
    decide_by_us INTEGER,
    state        TEXT    NOT NULL CHECK (state IN ('owed', 'numbered', 'received')),
    centre_seq   INTEGER,
    attempts     INTEGER NOT NULL,
    next_us      INTEGER NOT NULL,
    -- Refused again and again: it is tried on, and holds up nothing that follows.
    aside        INTEGER NOT NULL DEFAULT 0,
    handed_us    INTEGER,
    received_us  INTEGER,
    UNIQUE (operator_id, centre_id, centre_seq)
) STRICT;
CREATE INDEX delivery_owed ON delivery (operator_id, centre_id, at_us) WHERE state = 'owed';
CREATE INDEX delivery_open ON delivery (operator_id, centre_id, centre_seq) WHERE state = 'numbered';
CREATE INDEX delivery_by_referral ON delivery (referral_id);

CREATE TABLE centre_cursor (
    operator_id    TEXT    NOT NULL,
    centre_id      TEXT    NOT NULL,
    last_seq       INTEGER NOT NULL,
    received_seq   INTEGER NOT NULL,
    -- Who pushes to it now.
    lease_owner    TEXT,
    lease_until_us INTEGER,
    next_us        INTEGER NOT NULL,
    failures       INTEGER NOT NULL,
    PRIMARY KEY (operator_id, centre_id)
) STRICT;

-- A supervisor is told: owed with the change that calls for it, paid by a worker.
CREATE TABLE referral_duty (
    operator_id   TEXT    NOT NULL,
    referral_id   TEXT    NOT NULL,
    seq           INTEGER NOT NULL,
    alarm         TEXT    NOT NULL,
    owed_us       INTEGER NOT NULL,
    next_us       INTEGER NOT NULL,
    attempts      INTEGER NOT NULL,
    paid_us       INTEGER,
    escalation_id TEXT,
    PRIMARY KEY (referral_id, seq)
) STRICT;
CREATE INDEX referral_duty_owed ON referral_duty (next_us) WHERE paid_us IS NULL;

-- Free places as a hospital said them last.
CREATE TABLE hospital_places (
    operator_id TEXT    NOT NULL,
    hospital_id TEXT    NOT NULL,
    free_places INTEGER NOT NULL,
    reported_us INTEGER NOT NULL,
    by_account  TEXT,
    PRIMARY KEY (operator_id, hospital_id)
) STRICT;
