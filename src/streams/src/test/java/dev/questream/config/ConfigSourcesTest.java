package dev.questream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigSourcesTest {
  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("questream.properties"), content);
  }

  private Map<String, String> read(String content) throws IOException {
    return ConfigSources.merge(Optional.of(file(content)), Map.of(), Map.of());
  }

  @Test
  void shouldLetTheLaterSourceWin() throws IOException {
    Path file = file("model=from-file\napplication.id=from-file\ndlq.topic=from-file\n");
    assertThat(
            ConfigSources.merge(
                Optional.of(file),
                Map.of("QUESTREAM_MODEL", "from-env", "QUESTREAM_APPLICATION_ID", "from-env"),
                Map.of("model", "from-flag")))
        .isEqualTo(
            Map.of("model", "from-flag", "application.id", "from-env", "dlq.topic", "from-file"));
  }

  @Test
  void shouldTakeNothingWithoutSources() {
    assertThat(ConfigSources.merge(Optional.empty(), Map.of(), Map.of())).isEmpty();
  }

  @Test
  void shouldTakeItsOwnVariablesOnly() {
    assertThat(
            ConfigSources.merge(
                Optional.empty(),
                Map.of(
                    "QUESTREAM_BOOTSTRAP_SERVERS", "a:1,b:2",
                    "QUESTREAM_STREAMS_NUM_STREAM_THREADS", "4",
                    "QUESTREAM_ENCODER_PREFIX", "query: ",
                    "BOOTSTRAP_SERVERS", "c:3",
                    "MY_QUESTREAM_MODEL", "x",
                    "questream_model", "x"),
                Map.of()))
        .isEqualTo(
            Map.of(
                "bootstrap.servers", "a:1,b:2",
                "streams.num.stream.threads", "4",
                "encoder.prefix", "query: "));
  }

  @Test
  void shouldReadPropertiesWithCommentsAndBlanks() throws IOException {
    assertThat(
            read(
                """
                # a comment
                ! another

                bootstrap.servers = localhost:9092
                  questions.topic:fragen
                model=C:\\\\models\\\\bge\\u00e4
                kafka.ssl.truststore.password=a#b!c=d
                encoder.prefix=
                """))
        .isEqualTo(
            Map.of(
                "bootstrap.servers", "localhost:9092",
                "questions.topic", "fragen",
                "model", "C:\\models\\bgeä",
                "kafka.ssl.truststore.password", "a#b!c=d",
                "encoder.prefix", ""));
  }

  @Test
  void shouldReadTheFileAsUtf8() throws IOException {
    assertThat(read("model=modèle\n")).containsEntry("model", "modèle");
  }

  @Test
  void shouldForgiveASpaceAtTheEndOfALine() throws IOException {
    assertThat(new QuestreamConfig(read("encoder.workers=2 \n")).workers()).isEqualTo(2);
    assertThat(new QuestreamConfig(read("model=bge \n")).getString(QuestreamConfig.MODEL))
        .isEqualTo("bge");
  }

  /** The models of e5 are trained with {@code "query: "}; without the space they are worse. */
  @Test
  void shouldKeepTheSpaceAtTheEndOfAPrefix() throws IOException {
    assertThat(new QuestreamConfig(read("encoder.prefix=query:\\u0020\n")).prefix())
        .contains("query: ");
  }

  @Test
  void shouldNameAFileThatDoesNotExist() {
    Path missing = folder.resolve("missing.properties");
    assertThatThrownBy(() -> ConfigSources.merge(Optional.of(missing), Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("does not exist");
  }

  @Test
  void shouldNameAFileThatCannotBeRead() throws IOException {
    assertThatThrownBy(() -> ConfigSources.merge(Optional.of(folder), Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(folder.toString());
    Path malformed = file("model=\\u12\n");
    assertThatThrownBy(() -> ConfigSources.merge(Optional.of(malformed), Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(malformed.toString());
    Path latin1 = Files.write(folder.resolve("latin1"), new byte[] {'a', '=', (byte) 0xE4});
    assertThatThrownBy(() -> ConfigSources.merge(Optional.of(latin1), Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(latin1.toString());
  }

  @Test
  void shouldLeaveTheVariablesOfKubernetesAlone() {
    Map<String, String> kubernetes =
        Map.of(
            "QUESTREAM_SERVICE_HOST", "10.0.0.1",
            "QUESTREAM_SERVICE_PORT", "80",
            "QUESTREAM_SERVICE_PORT_HTTP", "80",
            "QUESTREAM_PORT", "tcp://10.0.0.1:80",
            "QUESTREAM_PORT_80_TCP_ADDR", "10.0.0.1",
            "QUESTREAM_PORT_80_TCP", "tcp://10.0.0.1:80");
    assertThat(ConfigSources.merge(Optional.empty(), kubernetes, Map.of())).isEmpty();
  }

  @Test
  void shouldNameTheVariableThatIsNoSetting() {
    Map<String, String> wrong = Map.of("QUESTREAM_MODLE", "x");
    assertThatThrownBy(() -> ConfigSources.merge(Optional.empty(), wrong, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("QUESTREAM_MODLE")
        .hasMessageContaining("model");
  }
}
