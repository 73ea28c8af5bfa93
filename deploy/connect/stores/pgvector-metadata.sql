-- Beside pgvector.sql: metadata, and a column for each name that you filter or join by. Take `columns` out of `transforms` in
-- deploy/connect/pgvector.json, so that the sink writes the map (docs/connect.md says for which metadata that is safe).
CREATE EXTENSION IF NOT EXISTS hstore;

ALTER TABLE embeddings
  ADD COLUMN IF NOT EXISTS metadata hstore NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS language text GENERATED ALWAYS AS (metadata -> 'language') STORED,
  ADD COLUMN IF NOT EXISTS priority integer GENERATED ALWAYS AS ((metadata -> 'priority')::integer) STORED;

CREATE INDEX IF NOT EXISTS embeddings_language ON embeddings (language);
