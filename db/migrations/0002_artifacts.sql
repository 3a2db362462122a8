-- Immutable content by digest, in pieces of 1 MiB that are stored as they are: weights do not compress.

CREATE TABLE artifacts (
    digest text NOT NULL PRIMARY KEY,
    upload uuid NOT NULL UNIQUE,
    bytes bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE artifact_chunks (
    upload uuid NOT NULL,
    index integer NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (upload, index)
);

ALTER TABLE artifact_chunks ALTER COLUMN content SET STORAGE EXTERNAL;
