package dev.questream.topology;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.processor.EmbedNodes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.errors.TopologyException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;

/** The two nodes behind an embed processor, each of which any number of children may follow. */
final class Outlets {
  private Outlets() {}

  /** Forwards embeddings and deletions under the question's id. */
  static Processor<byte[], Object, String, QuestionEmbedding> embeddings() {
    return new ContextualProcessor<>() {
      @Override
      public void process(Record<byte[], Object> record) {
        context()
            .forward(
                record
                    .withKey(new String(record.key(), StandardCharsets.UTF_8))
                    .withValue((QuestionEmbedding) record.value()));
      }
    };
  }

  /** Forwards dead letters as they are. */
  static Processor<byte[], Object, byte[], byte[]> deadLetters() {
    return new ContextualProcessor<>() {
      @Override
      public void process(Record<byte[], Object> record) {
        context().forward(record.withValue((byte[]) record.value()));
      }
    };
  }

  /**
   * Makes sure that nothing is forwarded to nobody, which Kafka Streams would not mind.
   *
   * @throws TopologyException if it is
   */
  static void requireTaken(Topology topology, EmbedNodes nodes) {
    TopologyDescription description = topology.describe();
    requireTaken(description, nodes.embeddings(), "embeddings");
    requireTaken(description, nodes.deadLetters(), "dead letters");
  }

  private static void requireTaken(TopologyDescription description, String name, String what) {
    TopologyDescription.Node node =
        find(description, name)
            .orElseThrow(
                () ->
                    new TopologyException(
                        "the node %s is not in this topology; give the one that it was added to"
                            .formatted(name)));
    if (node.successors().isEmpty()) {
      throw new TopologyException(
          "nobody takes the %s of the node %s, so they would be lost; add a sink or a processor behind it"
              .formatted(what, name));
    }
  }

  private static Optional<TopologyDescription.Node> find(
      TopologyDescription description, String name) {
    return description.subtopologies().stream()
        .flatMap(subtopology -> subtopology.nodes().stream())
        .filter(node -> node.name().equals(name))
        .findAny();
  }
}
