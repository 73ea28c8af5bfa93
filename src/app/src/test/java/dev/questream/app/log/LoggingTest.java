package dev.questream.app.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which format is chosen, and what a line of JSON holds. */
class LoggingTest {

  @Test
  void shouldFindTheFormatWhereSettingsAre(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("a.properties"), "a=b\nlog.format = json\n");
    Map<String, String> none = Map.of();
    Map<String, String> json = Map.of("QUESTREAM_LOG_FORMAT", "JSON");
    assertThat(Logging.format(none, "run")).isEqualTo("text");
    assertThat(Logging.format(json, "run")).isEqualTo("json");
    assertThat(Logging.format(none, "run", "--set", "log.format=json")).isEqualTo("json");
    assertThat(Logging.format(json, "run", "--set=log.format=text")).isEqualTo("text");
    assertThat(Logging.format(none, "run", "-c", file.toString())).isEqualTo("json");
    assertThat(Logging.format(none, "run", "--config=" + file)).isEqualTo("json");
    assertThat(Logging.format(none, "run", "--config", "no such file")).isEqualTo("text");
    assertThat(Logging.format(none, "run", "--set")).isEqualTo("text");
  }

  @Test
  void shouldWriteAnEventOnOneLine() throws Exception {
    LoggerContext context = new LoggerContext();
    Logger logger = context.getLogger("a.Logger");
    LoggingEvent event =
        new LoggingEvent(
            LoggingTest.class.getName(),
            logger,
            Level.ERROR,
            "it \"failed\"\n{} times",
            new IllegalStateException("outer", new RuntimeException("inner\nline")),
            new Object[] {3});
    event.setInstant(Instant.parse("2026-01-02T03:04:05.678Z"));
    event.setMDCPropertyMap(Map.of("task", "0_1"));
    JsonLogEncoder encoder = new JsonLogEncoder();
    encoder.setContext(context);
    encoder.start();
    String line = new String(encoder.encode(event), StandardCharsets.UTF_8);
    assertThat(line).endsWith("}\n").hasLineCount(1);
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.path("time").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
    assertThat(json.path("level").asText()).isEqualTo("ERROR");
    assertThat(json.path("logger").asText()).isEqualTo("a.Logger");
    assertThat(json.path("thread").asText()).isEqualTo(Thread.currentThread().getName());
    assertThat(json.path("message").asText()).isEqualTo("it \"failed\"\n3 times");
    assertThat(json.path("mdc").path("task").asText()).isEqualTo("0_1");
    assertThat(json.path("stack_trace").asText())
        .contains("IllegalStateException: outer", "Caused by: java.lang.RuntimeException: inner")
        .contains("at dev.questream.app.log.LoggingTest");
  }
}
