-- Secrets, sealed by the controllers: key_id says which line of their key file opens a value.

CREATE TABLE secrets (
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    generation bigint NOT NULL,
    key_id text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (namespace, name)
);

-- API keys: hashes and limits, no key's text.

CREATE TABLE api_keys (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    generation bigint NOT NULL,
    record jsonb NOT NULL
);

CREATE TABLE api_key_version (
    only_row boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
    version bigint NOT NULL
);

INSERT INTO api_key_version (version) VALUES (0);

-- Who changed what. Only ever added to.

CREATE TABLE audit_log (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    username text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    status integer NOT NULL
);

CREATE INDEX audit_log_at ON audit_log (at);
