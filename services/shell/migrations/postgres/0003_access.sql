-- Who may come in, what they did, and the keys of what they wrote.
-- Ids are text, instants are microseconds since 1970 (UTC), names and secrets are sealed.

CREATE TABLE account (
    account_id      TEXT    NOT NULL PRIMARY KEY,
    operator_id     TEXT    NOT NULL,
    staff_id        TEXT,
    -- In lower case; one for the whole installation, so that signing in asks for no operator.
    login           TEXT    NOT NULL UNIQUE CHECK (login = lower(login)),
    name_sealed     BYTEA   NOT NULL,
    -- argon2id in PHC form; none for those who come in by OIDC only.
    password_hash   TEXT,
    totp_sealed     BYTEA,
    -- A secret that waits for its first code.
    totp_next_sealed BYTEA,
    -- The step of the last code that was taken: no code is taken twice.
    totp_last_step  BIGINT NOT NULL DEFAULT 0,
    must_change     BIGINT NOT NULL DEFAULT 0,
    disabled_us     BIGINT,
    created_us      BIGINT NOT NULL,
    changed_us      BIGINT NOT NULL
);
CREATE INDEX account_by_operator ON account (operator_id);
CREATE UNIQUE INDEX account_one_per_staff ON account (operator_id, staff_id) WHERE staff_id IS NOT NULL;

CREATE TABLE account_role (
    account_id TEXT NOT NULL REFERENCES account (account_id),
    role       TEXT NOT NULL CHECK (role IN ('counsellor', 'psychiatrist', 'supervisor', 'centre',
                                             'rota_manager', 'operator_admin', 'auditor')),
    PRIMARY KEY (account_id, role)
);

CREATE TABLE recovery_code (
    account_id TEXT NOT NULL REFERENCES account (account_id),
    hash       TEXT NOT NULL,
    used_us    BIGINT,
    PRIMARY KEY (account_id, hash)
);

-- Guesses at a login, by a keyed hash of it: whether an account has it makes no difference to who guesses.
CREATE TABLE sign_in_failure (
    login_index     TEXT    NOT NULL PRIMARY KEY,
    failed          BIGINT NOT NULL,
    last_us         BIGINT NOT NULL,
    locked_until_us BIGINT
);
CREATE INDEX sign_in_failure_by_time ON sign_in_failure (last_us);

-- Of the token only its SHA-256: who reads this table cannot sign in with it.
CREATE TABLE session (
    session_hash   TEXT    NOT NULL PRIMARY KEY,
    session_id     TEXT    NOT NULL UNIQUE,
    account_id     TEXT    NOT NULL REFERENCES account (account_id),
    operator_id    TEXT    NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('password', 'oidc', 'break_glass')),
    created_us     BIGINT NOT NULL,
    last_us        BIGINT NOT NULL,
    idle_until_us  BIGINT NOT NULL,
    until_us       BIGINT NOT NULL,
    fresh_until_us BIGINT NOT NULL,
    revoked_us     BIGINT,
    device         TEXT    NOT NULL
);
CREATE INDEX session_by_account ON session (account_id, until_us);

-- What people did. Append only; `hash` is keyed and covers the row and the hash before it.
CREATE TABLE audit_event (
    operator_id  TEXT    NOT NULL,
    seq          BIGINT NOT NULL,
    at_us        BIGINT NOT NULL,
    account_id   TEXT,
    session_id   TEXT,
    actor        TEXT    NOT NULL CHECK (actor IN ('person', 'service', 'system')),
    action       TEXT    NOT NULL,
    subject_kind TEXT    NOT NULL,
    subject_id   TEXT    NOT NULL,
    detail       TEXT    NOT NULL,
    prev_hash    TEXT    NOT NULL,
    hash         TEXT    NOT NULL,
    PRIMARY KEY (operator_id, seq)
);
CREATE INDEX audit_event_by_time ON audit_event (operator_id, at_us);
CREATE INDEX audit_event_by_subject ON audit_event (operator_id, subject_kind, subject_id, at_us);

CREATE FUNCTION audit_event_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit_event is append only'; END $$;
CREATE TRIGGER audit_event_is_not_changed BEFORE UPDATE OR DELETE ON audit_event
FOR EACH ROW EXECUTE FUNCTION audit_event_refuses();
CREATE TRIGGER audit_event_is_not_emptied BEFORE TRUNCATE ON audit_event
FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuses();

-- The last row of each operator. `seal` is keyed, so that an earlier head cannot be put back by guessing it.
CREATE TABLE audit_head (
    operator_id TEXT    NOT NULL PRIMARY KEY,
    seq         BIGINT NOT NULL,
    hash        TEXT    NOT NULL,
    seal        TEXT    NOT NULL
);

CREATE FUNCTION audit_head_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit_head is not deleted'; END $$;
CREATE TRIGGER audit_head_is_not_deleted BEFORE DELETE ON audit_head
FOR EACH ROW EXECUTE FUNCTION audit_head_refuses();
CREATE TRIGGER audit_head_is_not_emptied BEFORE TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION audit_head_refuses();

-- The keys of personal data, wrapped under the key ring: one for an operator and a year, destroyed with it.
CREATE TABLE data_key (
    key_id       TEXT    NOT NULL PRIMARY KEY,
    operator_id  TEXT    NOT NULL,
    year         BIGINT NOT NULL,
    wrapped      BYTEA   NOT NULL,
    kek_id       BIGINT NOT NULL,
    created_us   BIGINT NOT NULL,
    destroyed_us BIGINT,
    UNIQUE (operator_id, year)
);
