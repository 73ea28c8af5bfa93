package dev.questream.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.questream.config.QuestreamConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

class SettingsOptionsTest {
  @TempDir Path folder;

  private static SettingsOptions options(String... arguments) {
    return CommandLine.populateCommand(new SettingsOptions(), arguments);
  }

  private static List<String> warnings(SettingsOptions options) {
    Logger logger = (Logger) LoggerFactory.getLogger(LocalOptions.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    try {
      options.config();
    } finally {
      logger.detachAppender(appender);
    }
    return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void shouldTakeTheFileOfKafkasOwnTools() throws IOException {
    Path own = Files.writeString(folder.resolve("own"), "kafka.client.id=own\nmodel=own\n");
    Path client =
        Files.writeString(
            folder.resolve("client"),
            "bootstrap.servers=b:9093\nsecurity.protocol=SSL\nssl.key.password=p\nclient.id=client\n");
    QuestreamConfig config =
        options("--config", own.toString(), "--command-config", client.toString()).config();
    assertThat(config.servers()).isEqualTo("b:9093");
    assertThat(config.getString(QuestreamConfig.MODEL)).isEqualTo("own");
    assertThat(config.adminSettings())
        .containsEntry("security.protocol", "SSL")
        .containsEntry("ssl.key.password", new Password("p"))
        .containsEntry("client.id", "client");
    assertThat(config.streamsSettings()).containsEntry("security.protocol", "SSL");
  }

  @Test
  void shouldWarnOfSecretsOnTheCommandLineWithoutShowingThem() {
    assertThat(warnings(options("--set", "producer.ssl.key.password=canary")))
        .singleElement()
        .satisfies(
            warning ->
                assertThat(warning)
                    .contains("producer.ssl.key.password", "docs/secure.md")
                    .doesNotContain("canary"));
    assertThat(warnings(options("--set", "producer.linger.ms=5"))).isEmpty();
  }

  /** Reports of benchmarks name what was set. */
  @Test
  void shouldKeepSecretsOutOfReports() {
    assertThat(
            options(
                    "--set",
                    "producer.sasl.jaas.config=canary",
                    "--set",
                    "streams.plugin.api.token=canary",
                    "--set",
                    "window.max.tokens=7")
                .named())
        .containsOnlyKeys("window.max.tokens");
  }
}
