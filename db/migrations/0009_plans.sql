-- The newest pre-load plans with their reasons; older ones are deleted by whoever adds one.

CREATE TABLE preload_plans (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at timestamptz NOT NULL,
    controller text NOT NULL,
    leader_token bigint NOT NULL,
    worth_ms double precision NOT NULL,
    lines jsonb NOT NULL
);
