-- Asynchronous calls. phase: 0 invoke, 1 deliver, 2 completed, 3 dead. due_at is when an open call may be leased next.

CREATE TABLE async_calls (
    call_id text COLLATE "C" NOT NULL PRIMARY KEY,
    namespace text COLLATE "C" NOT NULL,
    function text COLLATE "C" NOT NULL,
    path text NOT NULL,
    query text NOT NULL,
    headers text NOT NULL,
    body bytea NOT NULL,
    callback_url text,
    started_at timestamptz NOT NULL,
    phase smallint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease text COLLATE "C",
    finished_at timestamptz,
    result_status integer,
    result_headers text,
    result_body bytea,
    result_seconds double precision,
    result_truncated boolean,
    error text,
    given_up smallint
);

CREATE INDEX async_calls_due ON async_calls (due_at) WHERE phase < 2;
CREATE INDEX async_calls_finished ON async_calls (phase, finished_at) WHERE phase >= 2;
