-- Who may come in, what they did, and the keys of what they wrote.
-- Ids are text, instants are microseconds since 1970 (UTC), names and secrets are sealed.

CREATE TABLE account (
    account_id      TEXT    NOT NULL PRIMARY KEY,
    operator_id     TEXT    NOT NULL,
    staff_id        TEXT,
    -- In lower case; one for the whole installation, so that signing in asks for no operator.
    login           TEXT    NOT NULL UNIQUE CHECK (login = lower(login)),
    name_sealed     BLOB    NOT NULL,
    -- argon2id in PHC form; none for those who come in by OIDC only.
    password_hash   TEXT,
    totp_sealed     BLOB,
    -- A secret that waits for its first code.
    totp_next_sealed BLOB,
    -- The step of the last code that was taken: no code is taken twice.
    totp_last_step  INTEGER NOT NULL DEFAULT 0,
    must_change     INTEGER NOT NULL DEFAULT 0,
    disabled_us     INTEGER,
    created_us      INTEGER NOT NULL,
    changed_us      INTEGER NOT NULL
) STRICT;
CREATE INDEX account_by_operator ON account (operator_id);
CREATE UNIQUE INDEX account_one_per_staff ON account (operator_id, staff_id) WHERE staff_id IS NOT NULL;

CREATE TABLE account_role (
    account_id TEXT NOT NULL REFERENCES account (account_id),
    role       TEXT NOT NULL CHECK (role IN ('counsellor', 'psychiatrist', 'supervisor', 'centre',
                                             'rota_manager', 'operator_admin', 'auditor')),
    PRIMARY KEY (account_id, role)
) STRICT;

CREATE TABLE recovery_code (
    account_id TEXT NOT NULL REFERENCES account (account_id),
    hash       TEXT NOT NULL,
    used_us    INTEGER,
    PRIMARY KEY (account_id, hash)
) STRICT;

-- Guesses at a login, by a keyed hash of it: whether an account has it makes no difference to who guesses.
CREATE TABLE sign_in_failure (
    login_index     TEXT    NOT NULL PRIMARY KEY,
    failed          INTEGER NOT NULL,
    last_us         INTEGER NOT NULL,
    locked_until_us INTEGER
) STRICT;
CREATE INDEX sign_in_failure_by_time ON sign_in_failure (last_us);

-- Of the token only its SHA-256: who reads this table cannot sign in with it.
CREATE TABLE session (
    session_hash   TEXT    NOT NULL PRIMARY KEY,
    session_id     TEXT    NOT NULL UNIQUE,
    account_id     TEXT    NOT NULL REFERENCES account (account_id),
    operator_id    TEXT    NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('password', 'oidc', 'break_glass')),
    created_us     INTEGER NOT NULL,
    last_us        INTEGER NOT NULL,
    idle_until_us  INTEGER NOT NULL,
    until_us       INTEGER NOT NULL,
    fresh_until_us INTEGER NOT NULL,
    revoked_us     INTEGER,
    device         TEXT    NOT NULL
) STRICT;
CREATE INDEX session_by_account ON session (account_id, until_us);

-- What people did. Append only; `hash` is keyed and covers the row and the hash before it.
CREATE TABLE audit_event (
    operator_id  TEXT    NOT NULL,
    seq          INTEGER NOT NULL,
    at_us        INTEGER NOT NULL,
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
) STRICT;
CREATE INDEX audit_event_by_time ON audit_event (operator_id, at_us);
CREATE INDEX audit_event_by_subject ON audit_event (operator_id, subject_kind, subject_id, at_us);

CREATE TRIGGER audit_event_is_not_changed BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append only'); END;
CREATE TRIGGER audit_event_is_not_deleted BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append only'); END;

-- The last row of each operator. `seal` is keyed, so that an earlier head cannot be put back by guessing it.
CREATE TABLE audit_head (
    operator_id TEXT    NOT NULL PRIMARY KEY,
    seq         INTEGER NOT NULL,
    hash        TEXT    NOT NULL,
    seal        TEXT    NOT NULL
) STRICT;

CREATE TRIGGER audit_head_is_not_deleted BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'audit_head is not deleted'); END;

-- The keys of personal data, wrapped under the key ring: one for an operator and a year, destroyed with it.
CREATE TABLE data_key (
    key_id       TEXT    NOT NULL PRIMARY KEY,
    operator_id  TEXT    NOT NULL,
    year         INTEGER NOT NULL,
    wrapped      BLOB    NOT NULL,
    kek_id       INTEGER NOT NULL,
    created_us   INTEGER NOT NULL,
    destroyed_us INTEGER,
    UNIQUE (operator_id, year)
) STRICT;
