-- Where each artifact was found, beside the adapter: the backbone, the sandbox, and what the prompt begins with (Remote: nowhere, it was computed) with the bytes that were put back for the call.
-- Null: its worker did not say. And the two stages of a function with code, so that the parts of its record add up too.

ALTER TABLE usage_records
    ADD COLUMN backbone_tier text,
    ADD COLUMN sandbox_warm boolean,
    ADD COLUMN prefix_tier text,
    ADD COLUMN prefix_bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN handler_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN code_ms double precision NOT NULL DEFAULT 0;
