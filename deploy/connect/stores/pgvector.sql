-- The table of deploy/connect/pgvector.json. The columns are the fields of schemas/QuestionEmbedding.avsc, but for the
-- metadata (docs/connect.md says why, and how to have them).
-- 384 is the width of the bundled model: write your model's instead (`questream model inspect`).
-- The column's type must be vector: the sink with schema.evolution=basic would make it real[].
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE IF NOT EXISTS embeddings (
  id                   text PRIMARY KEY,
  text                 text NOT NULL,
  embedding            vector(384) NOT NULL,
  dimensions           integer NOT NULL,
  model_id             text NOT NULL,
  model_revision       text NOT NULL,
  weights_sha256       text NOT NULL,
  tokenizer_sha256     text NOT NULL,
  pooling              text NOT NULL,
  normalized           boolean NOT NULL,
  precision            text NOT NULL,
  prefix               text NOT NULL,
  token_count          integer NOT NULL,
  original_token_count integer NOT NULL,
  truncated            boolean NOT NULL,
  asked_at_ms          bigint NOT NULL,
  source_topic         text NOT NULL,
  source_partition     integer NOT NULL,
  source_offset        bigint NOT NULL,
  embedded_at_ms       bigint NOT NULL
);

-- The vectors of the default model have length one, so the inner product ranks as the cosine does and is cheaper.
-- For a model that does not normalize (`normalized` is false) take the operator class that it was trained for.
CREATE INDEX IF NOT EXISTS embeddings_hnsw ON embeddings USING hnsw (embedding vector_ip_ops);

-- The ten nearest questions to a vector $1:
--   SELECT id, text, -(embedding <#> $1) AS score FROM embeddings ORDER BY embedding <#> $1 LIMIT 10;
