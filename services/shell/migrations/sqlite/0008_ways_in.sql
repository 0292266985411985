-- A second way in, and centres for which several people answer.

-- Whoever answers for a centre carries its id, each by an account of their own. Everybody else is one person of the
-- rota and has one account.
ALTER TABLE account ADD COLUMN of_centre INTEGER NOT NULL DEFAULT 0;
UPDATE account SET of_centre = 1
    WHERE account_id IN (SELECT account_id FROM account_role WHERE role = 'centre');
DROP INDEX account_one_per_staff;
CREATE UNIQUE INDEX account_one_per_staff ON account (operator_id, staff_id)
    WHERE staff_id IS NOT NULL AND of_centre = 0;

-- Who the provider says they are, as a keyed hash of issuer and subject.
ALTER TABLE account ADD COLUMN oidc_index TEXT;
CREATE UNIQUE INDEX account_by_oidc ON account (oidc_index) WHERE oidc_index IS NOT NULL;

-- Sign-ins under way at the provider, or with us for the second factor. Each is used once and soon forgotten; of
-- the browser's own secret only the SHA-256 is here.
CREATE TABLE oidc_attempt (
    attempt_hash TEXT    NOT NULL PRIMARY KEY,
    browser_hash TEXT    NOT NULL,
    stage        TEXT    NOT NULL CHECK (stage IN ('away', 'second_factor')),
    -- Nonce and PKCE verifier, or whose second factor is awaited.
    sealed       BLOB    NOT NULL,
    until_us     INTEGER NOT NULL
) STRICT;
CREATE INDEX oidc_attempt_by_time ON oidc_attempt (until_us);
