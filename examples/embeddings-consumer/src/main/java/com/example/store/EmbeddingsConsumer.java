package com.example.store;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads embeddings as a store of vectors would, and prints what it would write. */
public final class EmbeddingsConsumer {
  private EmbeddingsConsumer() {}

  /**
   * @param arguments bootstrap servers, topic, and how many records to read
   */
  public static void main(String[] arguments) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", arguments[0],
            "group.id", "my-store",
            "isolation.level", "read_committed",
            "auto.offset.reset", "earliest");
    QuestionEmbeddingDeserializer embeddings = new QuestionEmbeddingDeserializer();
    embeddings.configure(settings, false);
    try (KafkaConsumer<String, QuestionEmbedding> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), embeddings)) {
      consumer.subscribe(List.of(arguments[1]));
      int remaining = Integer.parseInt(arguments[2]);
      while (remaining > 0) {
        for (ConsumerRecord<String, QuestionEmbedding> record :
            consumer.poll(Duration.ofMillis(200))) {
          write(record.key(), record.value());
          remaining--;
        }
      }
    }
  }

  private static void write(String id, QuestionEmbedding embedding) {
    System.out.println(
        embedding == null
            ? "delete " + id
            : "upsert " + id + " [" + embedding.getDimensions() + "] " + embedding.getText());
  }
}
