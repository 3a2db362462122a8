-- What was part of transport and is a stage of its own: the connection to the worker, the worker's admission, the way to the sandbox and back.

ALTER TABLE usage_records
    ADD COLUMN connect_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN admission_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN relay_ms double precision NOT NULL DEFAULT 0;
