package dev.questream.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code deploy/questream.properties} is valid, as it is and with all that it has commented out.
 */
class SampleConfigTest {
  private static final Path SAMPLE = Repository.path("deploy/questream.properties");

  @Test
  void shouldBeTheDefaults() {
    QuestreamConfig sample = config(SAMPLE);
    assertThat(sample.values()).isEqualTo(new QuestreamConfig(Map.of()).values());
  }

  @Test
  void shouldBeValidWithEverythingSwitchedOn(@TempDir Path folder) throws IOException {
    List<String> lines =
        Files.readAllLines(SAMPLE).stream()
            .map(line -> line.replaceFirst("^#(?=[a-z.]+=)", ""))
            .toList();
    QuestreamConfig all = config(Files.write(folder.resolve("all.properties"), lines));
    assertThat(all.getString(QuestreamConfig.SCHEMA_REGISTRY_URL)).isNotEmpty();
    assertThat(all.streamsSettings()).containsEntry("replication.factor", "3");
    assertThat(all.adminSettings()).containsEntry("security.protocol", "SASL_SSL");
  }

  private static QuestreamConfig config(Path file) {
    return new QuestreamConfig(ConfigSources.merge(Optional.of(file), Map.of(), Map.of()));
  }
}
