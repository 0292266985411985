-- Covers 交代 that people agree on the screen, laid over the rota file, and the addresses of their calendars.

CREATE TABLE rota_cover (
    operator_id      TEXT    NOT NULL,
    cover_id         TEXT    NOT NULL PRIMARY KEY,
    -- The shift given away: duty/date/nth/piece/staff, and the one given in return.
    shift_id         TEXT    NOT NULL,
    in_return        TEXT,
    by_staff         TEXT    NOT NULL,
    -- As the rota file would have it; one text for both halves of a swap.
    entry            TEXT    NOT NULL,
    state            TEXT    NOT NULL CHECK (state IN ('proposed', 'agreed', 'refused', 'withdrawn')),
    -- Staff ids, separated by blanks, who have not said yes yet.
    waiting_for      TEXT    NOT NULL,
    note_sealed      BYTEA,
    proposed_by      TEXT    NOT NULL,
    proposed_us      BIGINT     NOT NULL,
    settled_us       BIGINT
);
CREATE INDEX rota_cover_by_state ON rota_cover (operator_id, state, proposed_us);
CREATE INDEX rota_cover_agreed ON rota_cover (settled_us) WHERE state = 'agreed';

-- One address a person; only its hash is kept.
CREATE TABLE calendar_feed (
    token_hash  TEXT   NOT NULL PRIMARY KEY,
    operator_id TEXT   NOT NULL,
    staff_id    TEXT   NOT NULL,
    created_us  BIGINT    NOT NULL,
    UNIQUE (operator_id, staff_id)
);
