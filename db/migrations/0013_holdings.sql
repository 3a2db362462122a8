-- What functions held of workers' memory, and what moved between tiers: a day a row, replaced whole by the leader.

CREATE TABLE holding_days (
    day date NOT NULL PRIMARY KEY,
    content jsonb NOT NULL
);
