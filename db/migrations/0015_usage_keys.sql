-- A generation is counted once, whoever computed it: of the records with one key that of the latest try stays. Records of workers that know no key have none.
-- An asynchronous call counts its leases and the executions that came to an end, of which its keys are made.

ALTER TABLE usage_records
    ADD COLUMN usage_key text COLLATE "C",
    ADD COLUMN usage_try bigint NOT NULL DEFAULT 0;

CREATE UNIQUE INDEX usage_records_usage_key ON usage_records (usage_key);

ALTER TABLE async_calls
    ADD COLUMN leases integer NOT NULL DEFAULT 0,
    ADD COLUMN executions integer NOT NULL DEFAULT 0;
