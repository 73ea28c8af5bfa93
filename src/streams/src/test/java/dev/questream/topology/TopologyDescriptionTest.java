package dev.questream.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.config.QuestreamConfig;
import dev.questream.testing.ManualEncoder;
import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code topology/topology.txt} and {@code topology/topology.md} to the code. After a change
 * that is meant: {@code mvn test -Dtest=TopologyDescriptionTest -Dquestream.update=true}.
 */
class TopologyDescriptionTest {
  private static final Path TEXT = Repository.path("topology/topology.txt");
  private static final Path DIAGRAM = Repository.path("topology/topology.md");

  private final TopologyDescription description = topology().describe();

  private static Topology topology() {
    return EmbeddingTopology.build(new QuestreamConfig(Map.of()), new ManualEncoder());
  }

  @Test
  void shouldBeDescribedByTheCommittedText() throws IOException {
    hold(TEXT, description.toString());
  }

  @Test
  void shouldBeDrawnByTheCommittedDiagram() throws IOException {
    hold(DIAGRAM, MermaidDiagram.of(description));
  }

  private static void hold(Path file, String expected) throws IOException {
    if (Boolean.getBoolean("questream.update")) {
      Files.writeString(file, expected);
    }
    assertThat(Files.exists(file) ? Files.readString(file) : "")
        .as(
            "%s is stale; run mvn test -Dtest=TopologyDescriptionTest -Dquestream.update=true",
            file)
        .isEqualTo(expected);
  }
}
