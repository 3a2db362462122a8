-- What forecasting remembers: histories and the network, each whole, with a checksum of its own.

CREATE TABLE forecast_memory (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    content bytea NOT NULL,
    saved_at timestamptz NOT NULL
);
