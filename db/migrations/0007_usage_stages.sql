-- Where the time to the first token went, stage by stage; queue, prefill and the whole are there already.

ALTER TABLE usage_records
    ADD COLUMN door_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN activation_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN sandbox_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN map_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN kernels_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN adapter_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN prompt_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN prefix_ms double precision NOT NULL DEFAULT 0,
    ADD COLUMN transport_ms double precision NOT NULL DEFAULT 0;
