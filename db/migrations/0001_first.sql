-- The catalogue: what is deployed, what it stands on, and where.
-- Names are compared byte by byte (collation "C"), as the embedded store does.

CREATE TABLE catalogue_version (
    only_row boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
    version bigint NOT NULL
);

INSERT INTO catalogue_version (version) VALUES (0);

CREATE TABLE functions (
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    generation bigint NOT NULL,
    deployment jsonb NOT NULL,
    revisions jsonb NOT NULL,
    desired_replicas integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (namespace, name)
);

CREATE TABLE backbones (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    digest text NOT NULL,
    path text NOT NULL,
    config_json text NOT NULL,
    architecture text NOT NULL,
    parameters bigint NOT NULL,
    context_length integer NOT NULL,
    vocabulary_size integer NOT NULL,
    created_at timestamptz NOT NULL
);

-- What a tag points at now.
CREATE TABLE adapter_tags (
    backbone text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    tag text COLLATE "C" NOT NULL,
    digest text NOT NULL,
    backbone_digest text NOT NULL,
    bytes bigint NOT NULL,
    max_rank integer NOT NULL,
    modules text[] NOT NULL,
    pushed_at timestamptz NOT NULL,
    PRIMARY KEY (backbone, name, tag)
);

-- What was ever pushed, for references that pin a digest.
CREATE TABLE adapter_contents (
    backbone text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    tag text COLLATE "C" NOT NULL,
    digest text NOT NULL,
    backbone_digest text NOT NULL,
    bytes bigint NOT NULL,
    max_rank integer NOT NULL,
    modules text[] NOT NULL,
    pushed_at timestamptz NOT NULL,
    PRIMARY KEY (backbone, name, digest)
);

CREATE TABLE namespaces (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    labels jsonb NOT NULL,
    annotations jsonb NOT NULL
);

INSERT INTO namespaces (name, labels, annotations) VALUES ('openfaas-fn', '{}', '{}');
