-- The schema that db/migrations make, for reading; a test compares the two (pg_dump --schema-only of both).

CREATE TABLE public.adapter_contents (
    backbone text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    tag text NOT NULL COLLATE pg_catalog."C",
    digest text NOT NULL,
    backbone_digest text NOT NULL,
    bytes bigint NOT NULL,
    max_rank integer NOT NULL,
    modules text[] NOT NULL,
    pushed_at timestamp with time zone NOT NULL
);

CREATE TABLE public.adapter_tags (
    backbone text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    tag text NOT NULL COLLATE pg_catalog."C",
    digest text NOT NULL,
    backbone_digest text NOT NULL,
    bytes bigint NOT NULL,
    max_rank integer NOT NULL,
    modules text[] NOT NULL,
    pushed_at timestamp with time zone NOT NULL
);

CREATE TABLE public.api_key_version (
    only_row boolean DEFAULT true NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT api_key_version_only_row_check CHECK (only_row)
);

CREATE TABLE public.api_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    generation bigint NOT NULL,
    record jsonb NOT NULL
);

CREATE TABLE public.artifact_chunks (
    upload uuid NOT NULL,
    index integer NOT NULL,
    content bytea NOT NULL
);
ALTER TABLE ONLY public.artifact_chunks ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE public.artifacts (
    digest text NOT NULL,
    upload uuid NOT NULL,
    bytes bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    touched_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.audit_log (
    number bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    username text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    status integer NOT NULL
);

ALTER TABLE public.audit_log ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_log_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.holding_days (
    day date NOT NULL,
    content jsonb NOT NULL
);

CREATE TABLE public.preload_plans (
    number bigint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    controller text NOT NULL,
    leader_token bigint NOT NULL,
    worth_ms double precision NOT NULL,
    lines jsonb NOT NULL,
    workers text[] DEFAULT '{}'::text[] NOT NULL
);

ALTER TABLE public.preload_plans ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.preload_plans_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.async_calls (
    call_id text NOT NULL COLLATE pg_catalog."C",
    namespace text NOT NULL COLLATE pg_catalog."C",
    function text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL,
    query text NOT NULL,
    headers text NOT NULL,
    body bytea NOT NULL,
    callback_url text,
    started_at timestamp with time zone NOT NULL,
    phase smallint DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    lease text COLLATE pg_catalog."C",
    finished_at timestamp with time zone,
    result_status integer,
    result_headers text,
    result_body bytea,
    result_seconds double precision,
    result_truncated boolean,
    error text,
    given_up smallint,
    leases integer DEFAULT 0 NOT NULL,
    executions integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.backbones (
    name text NOT NULL COLLATE pg_catalog."C",
    digest text NOT NULL,
    path text NOT NULL,
    config_json text NOT NULL,
    architecture text NOT NULL,
    parameters bigint NOT NULL,
    context_length integer NOT NULL,
    vocabulary_size integer NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.catalogue_version (
    only_row boolean DEFAULT true NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT catalogue_version_only_row_check CHECK (only_row)
);

CREATE TABLE public.forecast_memory (
    name text NOT NULL COLLATE pg_catalog."C",
    content bytea NOT NULL,
    saved_at timestamp with time zone NOT NULL
);

CREATE TABLE public.functions (
    namespace text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    generation bigint NOT NULL,
    deployment jsonb NOT NULL,
    revisions jsonb NOT NULL,
    desired_replicas integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    traffic jsonb
);

CREATE TABLE public.leader_lease (
    only_row boolean DEFAULT true NOT NULL,
    holder text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    token bigint NOT NULL,
    CONSTRAINT leader_lease_only_row_check CHECK (only_row)
);

CREATE TABLE public.namespaces (
    name text NOT NULL COLLATE pg_catalog."C",
    labels jsonb NOT NULL,
    annotations jsonb NOT NULL
);

CREATE TABLE public.schema_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.secrets (
    namespace text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    generation bigint NOT NULL,
    key_id text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.usage_days (
    namespace text NOT NULL COLLATE pg_catalog."C",
    function text NOT NULL COLLATE pg_catalog."C",
    day timestamp with time zone NOT NULL,
    invocations bigint NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    decode_ms double precision NOT NULL,
    prefill_ms double precision NOT NULL
);

CREATE TABLE public.usage_folded (
    worker text NOT NULL COLLATE pg_catalog."C",
    first bigint NOT NULL,
    last bigint NOT NULL
);

CREATE TABLE public.usage_records (
    worker text NOT NULL COLLATE pg_catalog."C",
    sequence bigint NOT NULL,
    call_id text NOT NULL,
    namespace text NOT NULL COLLATE pg_catalog."C",
    function text NOT NULL COLLATE pg_catalog."C",
    revision integer NOT NULL,
    prompt_tokens integer NOT NULL,
    completion_tokens integer NOT NULL,
    ttft_ms double precision NOT NULL,
    total_ms double precision NOT NULL,
    outcome text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    adapter_tier text NOT NULL,
    queue_ms double precision NOT NULL,
    load_ms double precision NOT NULL,
    prefill_ms double precision NOT NULL,
    decode_ms double precision NOT NULL,
    door_ms double precision DEFAULT 0 NOT NULL,
    activation_ms double precision DEFAULT 0 NOT NULL,
    sandbox_ms double precision DEFAULT 0 NOT NULL,
    map_ms double precision DEFAULT 0 NOT NULL,
    kernels_ms double precision DEFAULT 0 NOT NULL,
    adapter_ms double precision DEFAULT 0 NOT NULL,
    prompt_ms double precision DEFAULT 0 NOT NULL,
    prefix_ms double precision DEFAULT 0 NOT NULL,
    transport_ms double precision DEFAULT 0 NOT NULL,
    usage_key text COLLATE pg_catalog."C",
    usage_try bigint DEFAULT 0 NOT NULL,
    connect_ms double precision DEFAULT 0 NOT NULL,
    admission_ms double precision DEFAULT 0 NOT NULL,
    relay_ms double precision DEFAULT 0 NOT NULL,
    backbone_tier text,
    sandbox_warm boolean,
    prefix_tier text,
    prefix_bytes bigint DEFAULT 0 NOT NULL,
    handler_ms double precision DEFAULT 0 NOT NULL,
    code_ms double precision DEFAULT 0 NOT NULL
);

ALTER TABLE ONLY public.adapter_contents
    ADD CONSTRAINT adapter_contents_pkey PRIMARY KEY (backbone, name, digest);

ALTER TABLE ONLY public.adapter_tags
    ADD CONSTRAINT adapter_tags_pkey PRIMARY KEY (backbone, name, tag);

ALTER TABLE ONLY public.api_key_version
    ADD CONSTRAINT api_key_version_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.artifact_chunks
    ADD CONSTRAINT artifact_chunks_pkey PRIMARY KEY (upload, index);

ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_upload_key UNIQUE (upload);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.preload_plans
    ADD CONSTRAINT preload_plans_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.async_calls
    ADD CONSTRAINT async_calls_pkey PRIMARY KEY (call_id);

ALTER TABLE ONLY public.backbones
    ADD CONSTRAINT backbones_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.catalogue_version
    ADD CONSTRAINT catalogue_version_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.forecast_memory
    ADD CONSTRAINT forecast_memory_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.functions
    ADD CONSTRAINT functions_pkey PRIMARY KEY (namespace, name);

ALTER TABLE ONLY public.holding_days
    ADD CONSTRAINT holding_days_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.leader_lease
    ADD CONSTRAINT leader_lease_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.namespaces
    ADD CONSTRAINT namespaces_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.secrets
    ADD CONSTRAINT secrets_pkey PRIMARY KEY (namespace, name);

ALTER TABLE ONLY public.usage_days
    ADD CONSTRAINT usage_days_pkey PRIMARY KEY (namespace, function, day);

ALTER TABLE ONLY public.usage_folded
    ADD CONSTRAINT usage_folded_pkey PRIMARY KEY (worker, first);

ALTER TABLE ONLY public.usage_records
    ADD CONSTRAINT usage_records_pkey PRIMARY KEY (worker, sequence);

CREATE INDEX audit_log_at ON public.audit_log USING btree (at);

CREATE INDEX async_calls_due ON public.async_calls USING btree (due_at) WHERE (phase < 2);

CREATE INDEX async_calls_finished ON public.async_calls USING btree (phase, finished_at) WHERE (phase >= 2);

CREATE INDEX usage_records_started_at ON public.usage_records USING btree (started_at);

CREATE UNIQUE INDEX usage_records_usage_key ON public.usage_records USING btree (usage_key);

