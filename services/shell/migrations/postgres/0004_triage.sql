-- Records of consultations, the people they are about, the protocols they follow. The two files differ only
-- in column types and in how the triggers are written. Personal fields are sealed one by one with the data
-- key of their operator and year; the other columns are codes, ids and times.

-- One per call. `body` is the machine (domain::triage) without personal values, as JSON; the other columns
-- are for finding it. Changed only while its row is held.
CREATE TABLE record (
    operator_id      TEXT   NOT NULL,
    record_id        TEXT   NOT NULL PRIMARY KEY,
    call_id          TEXT   NOT NULL UNIQUE,
    window_id        TEXT   NOT NULL,
    state            TEXT   NOT NULL CHECK (state IN ('draft', 'signed', 'amended')),
    revision         BIGINT NOT NULL,
    body             TEXT   NOT NULL,
    -- None: whoever answered has no account (a fallback number, a doctor's own telephone).
    author_account   TEXT,
    author_staff     TEXT   NOT NULL,
    person_id        TEXT,
    protocol_id      TEXT   NOT NULL,
    protocol_version TEXT   NOT NULL,
    code             TEXT,
    -- Words of the lists, with a space before, between and after.
    disposition      TEXT   NOT NULL,
    flags            TEXT   NOT NULL,
    number_index     TEXT,
    service_date     TEXT   NOT NULL,
    number           BIGINT NOT NULL,
    -- What the operator's calendar and the rota said when it was answered.
    calendar_date    TEXT   NOT NULL,
    time_band        TEXT   NOT NULL,
    day_kind         TEXT,
    responder_qual   TEXT,
    psychiatric_experience BIGINT,
    offered_us       BIGINT,
    answered_us      BIGINT NOT NULL,
    ended_us         BIGINT,
    end_reason       TEXT,
    opened_us        BIGINT NOT NULL,
    signed_us        BIGINT,
    legal_hold       BIGINT NOT NULL DEFAULT 0,
    retention_until  TEXT   NOT NULL,
    -- Of the data key. Above 9999: a key of its own, for a record that outlives its year.
    seal_year        BIGINT NOT NULL,
    UNIQUE (operator_id, service_date, number)
);
CREATE INDEX record_by_time ON record (operator_id, answered_us);
CREATE INDEX record_by_author ON record (operator_id, author_staff, answered_us);
CREATE INDEX record_by_number ON record (operator_id, number_index, answered_us) WHERE number_index IS NOT NULL;
CREATE INDEX record_by_person ON record (operator_id, person_id, answered_us) WHERE person_id IS NOT NULL;
CREATE INDEX record_by_year ON record (operator_id, seal_year);
CREATE INDEX record_of_a_call_that_goes_on ON record (answered_us) WHERE ended_us IS NULL;

-- Who changed it, when, what. A signature, a hand-over or a link changes no field and stands at the revision
-- it found. `codes` are the fields that changed and are not personal, as JSON.
CREATE TABLE record_revision (
    operator_id TEXT   NOT NULL,
    record_id   TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    at_us       BIGINT NOT NULL,
    -- None: the line itself.
    account_id  TEXT,
    staff_id    TEXT,
    kind        TEXT   NOT NULL,
    changed     TEXT   NOT NULL,
    codes       TEXT   NOT NULL,
    code        TEXT,
    PRIMARY KEY (record_id, seq)
);
CREATE FUNCTION record_revision_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'record_revision is append only'; END $$;
CREATE TRIGGER record_revision_is_not_changed BEFORE UPDATE OR DELETE ON record_revision
FOR EACH ROW EXECUTE FUNCTION record_revision_refuses();
CREATE TRIGGER record_revision_is_not_emptied BEFORE TRUNCATE ON record_revision
FOR EACH STATEMENT EXECUTE FUNCTION record_revision_refuses();

-- A personal field at the revision in which it changed; its value at revision r is that of the highest
-- revision up to r. Only the sealing may be renewed.
CREATE TABLE record_field (
    record_id TEXT   NOT NULL,
    revision  BIGINT NOT NULL,
    name      TEXT   NOT NULL,
    sealed    BYTEA  NOT NULL,
    PRIMARY KEY (record_id, revision, name)
);
CREATE FUNCTION record_field_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'record_field is append only'; END $$;
CREATE TRIGGER record_field_is_not_changed BEFORE UPDATE OF record_id, revision, name ON record_field
FOR EACH ROW EXECUTE FUNCTION record_field_refuses();
CREATE TRIGGER record_field_is_not_emptied BEFORE TRUNCATE ON record_field
FOR EACH STATEMENT EXECUTE FUNCTION record_field_refuses();

-- The same save twice is one revision.
CREATE TABLE record_save (
    record_id TEXT   NOT NULL,
    save_id   TEXT   NOT NULL,
    revision  BIGINT NOT NULL,
    PRIMARY KEY (record_id, save_id)
);

-- A page that a code demands, owed from the moment the code is stored, once for each code.
CREATE TABLE record_duty (
    operator_id   TEXT   NOT NULL,
    record_id     TEXT   NOT NULL,
    code          TEXT   NOT NULL,
    -- The request as JSON: codes and ids.
    body          TEXT   NOT NULL,
    owed_us       BIGINT NOT NULL,
    next_us       BIGINT NOT NULL,
    attempts      BIGINT NOT NULL,
    paid_us       BIGINT,
    escalation_id TEXT,
    PRIMARY KEY (record_id, code)
);
CREATE INDEX record_duty_owed ON record_duty (next_us) WHERE paid_us IS NULL;

-- Somebody whom records are about. Name, kana, birth date, sex and municipality are one sealed value.
CREATE TABLE person (
    operator_id    TEXT   NOT NULL,
    person_id      TEXT   NOT NULL PRIMARY KEY,
    revision       BIGINT NOT NULL,
    details_sealed BYTEA  NOT NULL,
    seal_year      BIGINT NOT NULL,
    -- Two entries for one human; parted again, it is empty.
    merged_into    TEXT,
    created_us     BIGINT NOT NULL,
    changed_us     BIGINT NOT NULL
);
CREATE INDEX person_merged ON person (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX person_by_year ON person (operator_id, seal_year);

-- Keyed hashes by which people are found: of parts of names, of birth dates.
CREATE TABLE person_name (
    operator_id TEXT NOT NULL,
    token       TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    PRIMARY KEY (operator_id, token, person_id)
);
CREATE INDEX person_name_by_person ON person_name (person_id);

-- Which record was about whom, from when to when, and from which number.
CREATE TABLE person_link (
    operator_id  TEXT   NOT NULL,
    record_id    TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    person_id    TEXT   NOT NULL,
    number_index TEXT,
    linked_us    BIGINT NOT NULL,
    unlinked_us  BIGINT,
    PRIMARY KEY (record_id, seq)
);
CREATE INDEX person_link_by_number ON person_link (operator_id, number_index) WHERE number_index IS NOT NULL;
CREATE INDEX person_link_by_person ON person_link (person_id);

-- What was done with a person's entry.
CREATE TABLE person_event (
    operator_id TEXT   NOT NULL,
    person_id   TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    at_us       BIGINT NOT NULL,
    account_id  TEXT,
    happened    TEXT   NOT NULL,
    with_id     TEXT   NOT NULL,
    PRIMARY KEY (person_id, seq)
);
CREATE FUNCTION person_event_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'person_event is append only'; END $$;
CREATE TRIGGER person_event_is_not_changed BEFORE UPDATE OR DELETE ON person_event
FOR EACH ROW EXECUTE FUNCTION person_event_refuses();
CREATE TRIGGER person_event_is_not_emptied BEFORE TRUNCATE ON person_event
FOR EACH STATEMENT EXECUTE FUNCTION person_event_refuses();

-- クライシスプラン. Each change is a revision; only the sealing may be renewed.
CREATE TABLE plan (
    operator_id TEXT   NOT NULL,
    person_id   TEXT   NOT NULL,
    revision    BIGINT NOT NULL,
    at_us       BIGINT NOT NULL,
    account_id  TEXT,
    sealed      BYTEA  NOT NULL,
    seal_year   BIGINT NOT NULL,
    PRIMARY KEY (person_id, revision)
);
CREATE FUNCTION plan_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'plan is append only'; END $$;
CREATE TRIGGER plan_is_not_changed BEFORE UPDATE OF person_id, revision, at_us, account_id ON plan
FOR EACH ROW EXECUTE FUNCTION plan_refuses();
CREATE TRIGGER plan_is_not_emptied BEFORE TRUNCATE ON plan
FOR EACH STATEMENT EXECUTE FUNCTION plan_refuses();

-- Protocols as they were published. The one with the latest `from_us` is in force.
CREATE TABLE protocol_version (
    operator_id  TEXT   NOT NULL,
    protocol_id  TEXT   NOT NULL,
    version      TEXT   NOT NULL,
    toml         TEXT   NOT NULL,
    published_us BIGINT NOT NULL,
    -- None: it came with the line.
    published_by TEXT,
    from_us      BIGINT NOT NULL,
    PRIMARY KEY (operator_id, protocol_id, version)
);
CREATE FUNCTION protocol_version_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'protocol_version is append only'; END $$;
CREATE TRIGGER protocol_version_is_not_changed BEFORE UPDATE OR DELETE ON protocol_version
FOR EACH ROW EXECUTE FUNCTION protocol_version_refuses();
CREATE TRIGGER protocol_version_is_not_emptied BEFORE TRUNCATE ON protocol_version
FOR EACH STATEMENT EXECUTE FUNCTION protocol_version_refuses();
