package dev.questream.topology;

import dev.questream.avro.QuestionEmbedding;
import org.apache.kafka.streams.kstream.KStream;

/**
 * What comes out of an embed node.
 *
 * @param embeddings embeddings under their question's id, in the order of the questions; a null
 *     value deletes. Record metadata is that of no record: use the fields of the embedding
 * @param deadLetters what could not be embedded: original key, value and timestamp, and the reason
 *     in the headers
 */
public record EmbeddedStream(
    KStream<String, QuestionEmbedding> embeddings, KStream<byte[], byte[]> deadLetters) {}
