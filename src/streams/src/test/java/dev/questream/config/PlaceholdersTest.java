package dev.questream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlaceholdersTest {
  @TempDir Path folder;
  private final Map<String, String> settings = new HashMap<>();

  @BeforeEach
  void allow() throws IOException {
    Files.writeString(folder.resolve("password"), "from the folder\n");
    Files.writeString(folder.resolve("secrets.properties"), "password=from the file\n");
    settings.put("config.providers", "env,file, dir");
    settings.put("config.providers.env.param.allowlist.pattern", "PATH|NO_SUCH_.*");
    settings.put("config.providers.file.param.allowed.paths", folder.toString());
    settings.put("config.providers.dir.param.allowed.paths", folder.toString());
  }

  private QuestreamConfig config(String key, String value) {
    settings.put(key, value);
    return new QuestreamConfig(settings);
  }

  private void assertRefused(String key, String value, String... words) {
    assertThatThrownBy(() -> config(key, value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void shouldFillInOwnSettings() {
    assertThat(config("model", "${env:PATH}").getString(QuestreamConfig.MODEL))
        .isEqualTo(System.getenv("PATH"));
    assertThat(
            config(
                "model", "a-${file:%s:password}".formatted(folder.resolve("secrets.properties"))))
        .returns("a-from the file", config -> config.getString(QuestreamConfig.MODEL));
  }

  @Test
  void shouldFillInWhatIsPassedThroughAndHideIt() {
    QuestreamConfig config =
        config("kafka.sasl.jaas.config", "x password=\"${dir:%s:password}\";".formatted(folder));
    Object value = config.producerSettings().get("sasl.jaas.config");
    assertThat(value).isEqualTo(new Password("x password=\"from the folder\";"));
    assertThat(config.adminSettings()).containsEntry("sasl.jaas.config", value);
    assertThat(config.consumerSettings()).containsEntry("sasl.jaas.config", value);
    assertThat(config.streamsSettings()).containsEntry("sasl.jaas.config", value);
    assertThat(config.streamsSettings().toString()).doesNotContain("from the folder");
  }

  @Test
  void shouldKeepWhatIsFilledInWhenAnotherSettingChanges() {
    QuestreamConfig config =
        config("producer.ssl.key.password", "${dir:%s:password}".formatted(folder))
            .with("model", "other");
    assertThat(config.producerSettings())
        .containsEntry("ssl.key.password", new Password("from the folder"));
  }

  /** A secret that looks like a placeholder is a secret. */
  @Test
  void shouldFillInOnce() throws IOException {
    Files.writeString(folder.resolve("password"), "${env:PATH}");
    QuestreamConfig config =
        config("kafka.ssl.key.password", "${dir:%s:password}".formatted(folder));
    assertThat(config.with("model", "other").adminSettings())
        .containsEntry("ssl.key.password", new Password("${env:PATH}"));
  }

  @Test
  void shouldRefuseWhatIsNotThere() {
    assertRefused("model", "${env:NO_SUCH_VARIABLE}", "model", "${env:NO_SUCH_VARIABLE}");
    assertRefused("model", "${file:%s/none:k}".formatted(folder), "model", "none");
    assertRefused("model", "${dir:%s:none}".formatted(folder), "model", "none");
  }

  @Test
  void shouldReadNothingThatIsNotAllowed() {
    assertRefused("model", "${env:HOME}", "${env:HOME}", "allowlist.pattern");
    assertRefused("model", "${dir:/etc:hostname}", "/etc", "allowed.paths");
    assertRefused("model", "${file:/etc/os-release:ID}", "/etc/os-release", "allowed.paths");
  }

  @Test
  void shouldAskWhatMayBeRead() {
    settings.clear();
    for (String name : new String[] {"env", "file", "dir"}) {
      assertRefused("config.providers", name, "config.providers." + name + ".param.");
    }
    settings.put(
        "config.providers.own.class",
        "org.apache.kafka.common.config.provider.DirectoryConfigProvider");
    assertRefused("config.providers", "own", "config.providers.own.param.allowed.paths");
  }

  @Test
  void shouldRefusePlaceholdersWithoutTheirProvider() {
    settings.clear();
    assertRefused("kafka.ssl.key.password", "${env:PATH}", "config.providers", "env");
    settings.clear();
    settings.put("config.providers.env.param.allowlist.pattern", ".*");
    assertRefused("model", "x", "config.providers.env.param.allowlist.pattern");
    settings.clear();
    assertRefused("config.providers", "vault", "vault", "config.providers.vault.class");
  }

  @Test
  void shouldLeaveOtherDollarsAlone() {
    settings.clear();
    assertThat(config("kafka.ssl.key.password", "a${b:c}$d").adminSettings())
        .containsEntry("ssl.key.password", new Password("a${b:c}$d"));
  }
}
