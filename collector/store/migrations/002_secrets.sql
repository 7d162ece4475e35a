-- What must never stand in the log: it is kept here alone, encrypted or hashed, and is not derived from anything.
CREATE TABLE sealed (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,         -- id of the credential
    sealed_at BIGINT NOT NULL,
    box TEXT NOT NULL            -- Fernet token under the key file
);

CREATE TABLE password (
    person TEXT PRIMARY KEY,
    scrypt TEXT NOT NULL,        -- scrypt$n$r$p$salt$hash
    set_at BIGINT NOT NULL
);

CREATE TABLE session (
    hash TEXT PRIMARY KEY,       -- SHA-256 of the cookie
    person TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE TABLE sign_in_link (
    hash TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    expires BIGINT NOT NULL
);
