-- 日報: sealed versions of a window's days, and what the centre said of them. The two files differ only in
-- column types and in how the triggers are written. Nothing personal: figures, codes, ids; comments are sealed.

CREATE TABLE daily_log (
    operator_id  TEXT    NOT NULL,
    window_id    TEXT    NOT NULL,
    service_date TEXT    NOT NULL,
    version      BIGINT NOT NULL,
    -- What was counted, as of when, and who was on duty: JSON, the same to the byte when counted again.
    body         TEXT    NOT NULL,
    -- SHA-256 of the body, in hex.
    hash         TEXT    NOT NULL,
    sealed_us    BIGINT NOT NULL,
    PRIMARY KEY (operator_id, window_id, service_date, version)
);
CREATE INDEX daily_log_by_time ON daily_log (operator_id, service_date);
CREATE FUNCTION daily_log_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'daily_log is append only'; END $$;
CREATE TRIGGER daily_log_is_not_changed BEFORE UPDATE OR DELETE ON daily_log
FOR EACH ROW EXECUTE FUNCTION daily_log_refuses();
CREATE TRIGGER daily_log_is_not_emptied BEFORE TRUNCATE ON daily_log
FOR EACH STATEMENT EXECUTE FUNCTION daily_log_refuses();

-- The centre's signature under a version. The latest of the latest version is the day's state.
CREATE TABLE daily_log_review (
    operator_id     TEXT    NOT NULL,
    window_id       TEXT    NOT NULL,
    service_date    TEXT    NOT NULL,
    seq             BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    -- Of the version that was read.
    hash            TEXT    NOT NULL,
    verdict         TEXT    NOT NULL CHECK (verdict IN ('returned', 'approved')),
    staff_id        TEXT    NOT NULL,
    account_id      TEXT    NOT NULL,
    at_us           BIGINT NOT NULL,
    comments_sealed BYTEA    NOT NULL,
    seal_year       BIGINT NOT NULL,
    PRIMARY KEY (operator_id, window_id, service_date, seq)
);
CREATE FUNCTION daily_log_review_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'daily_log_review is append only'; END $$;
CREATE TRIGGER daily_log_review_is_not_changed BEFORE UPDATE OR DELETE ON daily_log_review
FOR EACH ROW EXECUTE FUNCTION daily_log_review_refuses();
CREATE TRIGGER daily_log_review_is_not_emptied BEFORE TRUNCATE ON daily_log_review
FOR EACH STATEMENT EXECUTE FUNCTION daily_log_review_refuses();

-- Days that may have to be sealed: written when a day begins to have something, taken by a worker.
CREATE TABLE daily_log_due (
    operator_id  TEXT    NOT NULL,
    window_id    TEXT    NOT NULL,
    service_date TEXT    NOT NULL,
    -- When it is looked at next; none when it is sealed and nothing has changed since.
    due_us       BIGINT,
    -- Up to when changes were seen.
    seen_us      BIGINT NOT NULL,
    PRIMARY KEY (operator_id, window_id, service_date)
);
CREATE INDEX daily_log_due_next ON daily_log_due (due_us) WHERE due_us IS NOT NULL;

-- What changed since a moment, so that a closed day is looked at again.
CREATE INDEX record_revision_by_time ON record_revision (operator_id, at_us);
CREATE INDEX referral_event_by_time ON referral_event (operator_id, at_us);
CREATE INDEX escalation_event_by_time ON escalation_event (operator_id, at_us);
CREATE INDEX escalation_by_window ON escalation (operator_id, window_id, started_us);

-- From when until when somebody has a support contract (緊急時支援 is for them): dates; none: no contract, no end.
ALTER TABLE person ADD COLUMN support_from TEXT;
ALTER TABLE person ADD COLUMN support_until TEXT;
