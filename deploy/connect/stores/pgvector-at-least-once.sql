-- For processing.guarantee=at_least_once, after pgvector.sql: an instance that was suspended and wakes up may write
-- embeddings that are older than what the table has, or than a deletion (docs/connect.md). These are left out.
CREATE TABLE IF NOT EXISTS embeddings_deleted (
  id               text PRIMARY KEY,
  source_topic     text NOT NULL,
  source_partition integer NOT NULL,
  source_offset    bigint NOT NULL,
  deleted_at       timestamptz NOT NULL DEFAULT now()
);

-- A tombstone does not say where it was read, but it comes behind the embedding that it deletes.
CREATE OR REPLACE FUNCTION embeddings_remember_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO embeddings_deleted (id, source_topic, source_partition, source_offset)
    VALUES (OLD.id, OLD.source_topic, OLD.source_partition, OLD.source_offset)
    ON CONFLICT (id) DO UPDATE SET source_topic = excluded.source_topic, source_partition = excluded.source_partition,
      source_offset = excluded.source_offset, deleted_at = excluded.deleted_at;
  RETURN OLD;
END $$;

-- Runs before ON CONFLICT is looked at, so it sees the sink's upserts too.
CREATE OR REPLACE FUNCTION embeddings_leave_out_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM embeddings e WHERE e.id = NEW.id AND e.source_topic = NEW.source_topic
        AND e.source_partition = NEW.source_partition AND e.source_offset > NEW.source_offset)
      OR EXISTS (SELECT FROM embeddings_deleted d WHERE d.id = NEW.id AND d.source_topic = NEW.source_topic
        AND d.source_partition = NEW.source_partition AND d.source_offset >= NEW.source_offset) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER embeddings_deletion BEFORE DELETE ON embeddings
  FOR EACH ROW EXECUTE FUNCTION embeddings_remember_deletion();
CREATE OR REPLACE TRIGGER embeddings_late BEFORE INSERT ON embeddings
  FOR EACH ROW EXECUTE FUNCTION embeddings_leave_out_late();
