package dev.questream.app.command;

import static dev.questream.app.CommandLineResult.questream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.CommandLineResult;
import dev.questream.config.ConfigSources;
import dev.questream.config.EffectiveSetting;
import dev.questream.config.QuestreamConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private Path file() throws IOException {
    return Files.writeString(
        folder.resolve("q.properties"),
        """
        profile=latency
        questions.topic=from-file
        embeddings.topic=from-file-too
        window.max.questions=7
        kafka.sasl.jaas.config=org.x.Module required password="hunter2";
        kafka.security.protocol=SASL_SSL
        producer.my.plugin.token=hunter2
        http.basic.auth.user=u
        http.basic.auth.password=hunter2
        config.providers=env
        config.providers.env.param.allowlist.pattern=PATH
        dlq.topic=${env:PATH}
        """);
  }

  private Map<String, EffectiveSetting> effective() throws IOException {
    List<ConfigSources.Source> sources =
        ConfigSources.sources(
            Optional.of(file()),
            Optional.empty(),
            Map.of("QUESTREAM_EMBEDDINGS_TOPIC", "from-environment"),
            Map.of("schema.registry.url", "http://u:hunter2@registry:8081"));
    Map<String, EffectiveSetting> byName = new HashMap<>();
    EffectiveSetting.all(new QuestreamConfig(ConfigSources.merge(sources)), sources)
        .forEach(setting -> byName.put(setting.name(), setting));
    return byName;
  }

  private void assertSetting(String name, String value, String source) throws IOException {
    assertThat(effective().get(name)).isEqualTo(new EffectiveSetting(name, value, source));
  }

  @Test
  void shouldSayWhereEachValueComesFrom() throws IOException {
    String file = "file " + folder.resolve("q.properties");
    assertSetting("output.format", "avro", "default");
    assertSetting("window.max.age.ms", "1", "profile latency");
    assertSetting("streams.commit.interval.ms", "20", "profile latency");
    assertSetting("window.max.questions", "7", file);
    assertSetting("questions.topic", "from-file", file);
    assertSetting("embeddings.topic", "from-environment", "environment");
    assertSetting("kafka.security.protocol", "SASL_SSL", file);
    assertThat(effective()).containsKeys(QuestreamConfig.CONFIG.names().toArray(String[]::new));
  }

  @Test
  void shouldHideWhatIsSecret() throws IOException {
    String file = "file " + folder.resolve("q.properties");
    assertSetting("http.basic.auth.password", "[hidden]", file);
    assertSetting("tracing.otlp.headers", "", "default");
    assertSetting("kafka.sasl.jaas.config", "[hidden]", file);
    assertSetting("producer.my.plugin.token", "[hidden]", file);
    assertSetting("schema.registry.url", "http://[hidden]@registry:8081", "command line");
    assertSetting("dlq.topic", "${env:PATH}", file);
    assertThat(effective().values().toString()).doesNotContain("hunter2", "/usr/bin");
  }

  @Test
  void shouldShowForPeopleAndAsJson() throws IOException {
    String[] flags = {"config", "show", "--changed", "--set", "model=m", "--json"};
    CommandLineResult json = questream(flags);
    assertThat(json.status()).as(json.err()).isZero();
    assertThat(json.out().lines()).hasSize(1);
    JsonNode model = JSON.readTree(json.out());
    assertThat(model.path("name").asText()).isEqualTo("model");
    assertThat(model.path("value").asText()).isEqualTo("m");
    assertThat(model.path("source").asText()).isEqualTo("command line");
    CommandLineResult people = questream("config", "show", "--config", file().toString());
    assertThat(people.status()).as(people.err()).isZero();
    assertThat(people.out())
        .contains("output.format ", "avro  (default)", "from-file  (file ")
        .doesNotContain("hunter2");
  }
}
