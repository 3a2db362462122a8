-- What is kept of usage when its records go: sums by function and day (UTC), and which numbers of each worker they hold, so that a record that is
-- sent again is still known.

CREATE TABLE usage_days (
    namespace text COLLATE "C" NOT NULL,
    function text COLLATE "C" NOT NULL,
    day timestamptz NOT NULL,
    invocations bigint NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    decode_ms double precision NOT NULL,
    prefill_ms double precision NOT NULL,
    PRIMARY KEY (namespace, function, day)
);

CREATE TABLE usage_folded (
    worker text COLLATE "C" NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (worker, first)
);

-- When content was last stored or about to be referred to: what nobody refers to is collected some time after that.

ALTER TABLE artifacts ADD COLUMN touched_at timestamptz NOT NULL DEFAULT now();
