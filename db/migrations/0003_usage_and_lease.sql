-- One row an invocation. A worker counts its records, so that sending one twice stores it once.

CREATE TABLE usage_records (
    worker text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    call_id text NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    function text COLLATE "C" NOT NULL,
    revision integer NOT NULL,
    prompt_tokens integer NOT NULL,
    completion_tokens integer NOT NULL,
    ttft_ms double precision NOT NULL,
    total_ms double precision NOT NULL,
    outcome text NOT NULL,
    started_at timestamptz NOT NULL,
    adapter_tier text NOT NULL,
    queue_ms double precision NOT NULL,
    load_ms double precision NOT NULL,
    prefill_ms double precision NOT NULL,
    decode_ms double precision NOT NULL,
    PRIMARY KEY (worker, sequence)
);

CREATE INDEX usage_records_started_at ON usage_records (started_at);

-- Which controller leads. The server's clock decides; the token rises with every new holder.
CREATE TABLE leader_lease (
    only_row boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
    holder text NOT NULL,
    expires_at timestamptz NOT NULL,
    token bigint NOT NULL
);
