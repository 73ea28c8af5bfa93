package dev.questream.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.DeadLetterHeaders;
import dev.questream.serde.QuestionDecoder;
import dev.questream.serde.QuestionWriter;
import dev.questream.serde.Reading;
import dev.questream.serde.registry.RegistryStandIn;
import dev.questream.testing.Repository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/your-topic.md}, with their own settings and records. */
class YourTopicDocTest {
  private static final Path PAGE = Repository.path("docs/your-topic.md");
  private static final Pattern SECTION = Pattern.compile("(?ms)^## (.+?)$(.*?)(?=^## |\\z)");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path state;

  /** A section of the page with its blocks of code. */
  private record Example(String title, String body) {
    String block(String name) {
      Matcher block = Pattern.compile("(?s)```" + name + "\n(.*?)```").matcher(body);
      return block.find() ? block.group(1) : "";
    }

    List<JsonNode> lines(String name) throws IOException {
      List<JsonNode> lines = new ArrayList<>();
      for (String line : block("json " + name).lines().toList()) {
        lines.add(JSON.readTree(line));
      }
      return lines;
    }

    Map<String, String> settings() throws IOException {
      Properties properties = new Properties();
      properties.load(new StringReader(block("properties")));
      Map<String, String> settings = new HashMap<>();
      properties.forEach((name, value) -> settings.put(name.toString(), value.toString()));
      return settings;
    }
  }

  private static List<Example> examples() throws IOException {
    Matcher sections = SECTION.matcher(Files.readString(PAGE));
    Stream<MatchResult> found = sections.results();
    return found
        .map(section -> new Example(section.group(1), section.group(2)))
        .filter(section -> !section.block("properties").isEmpty())
        .toList();
  }

  @Test
  void shouldHaveSevenExamples() throws IOException {
    assertThat(examples()).hasSize(7);
  }

  @TestFactory
  Stream<DynamicTest> shouldDoWhatThePageSays() throws IOException {
    return examples().stream()
        .map(example -> DynamicTest.dynamicTest(example.title(), () -> run(example)));
  }

  private void run(Example example) throws IOException {
    Map<String, String> settings = example.settings();
    try (RegistryStandIn registry = new RegistryStandIn()) {
      settings.computeIfPresent("schema.registry.url", (name, url) -> registry.url());
      settings.put("output.format", "json");
      Path folder = Files.createTempDirectory(state, "example");
      try (TopologyHarness stream = new TopologyHarness(folder, settings)) {
        for (JsonNode record : example.lines("records")) {
          stream.pipe(
              new TestRecord<>(
                  key(record.get("key"), settings),
                  value(record.get("value"), example, registry),
                  headers(record.path("headers")),
                  TopologyHarness.START));
        }
        stream.advance(100);
        stream.encoder.completeAll();
        stream.advance(100);
        assertThat(answers(stream)).isEqualTo(example.lines("answers"));
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> shouldWriteWhatThePageReads() throws IOException {
    return examples().stream()
        .map(example -> DynamicTest.dynamicTest(example.title(), () -> write(example)));
  }

  private static void write(Example example) throws IOException {
    Map<String, String> settings = example.settings();
    try (RegistryStandIn registry = new RegistryStandIn()) {
      settings.computeIfPresent("schema.registry.url", (name, url) -> registry.url());
      if (!example.block("json schema").isEmpty()) {
        registry.register("questions-value", example.block("json schema"));
      }
      if ("debezium".equals(settings.get("input.envelope"))) {
        assertThatThrownBy(() -> new QuestionWriter(settings, "questions"))
            .hasMessageContaining("insert a row");
        return;
      }
      QuestionWriter writer = new QuestionWriter(settings, "questions");
      if (example.title().contains("Avro")) {
        assertThatThrownBy(writer::requirePlain).hasMessageContaining("field \"priority\" without");
      } else {
        writer.requirePlain();
      }
      for (JsonNode answer : example.lines("answers")) {
        if (answer.has("text")) {
          Map<String, String> metadata = new HashMap<>();
          answer
              .path("metadata")
              .properties()
              .forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
          Question question =
              new Question(
                  answer.path("id").asText(),
                  answer.path("text").asText(),
                  metadata,
                  answer.path("asked_at_ms").asLong());
          String title = answer.path("title").asText("");
          QuestionWriter.Written written = writer.write(question, title);
          long timestamp = written.timestampMs() == null ? -1 : written.timestampMs();
          assertThat(
                  new QuestionDecoder(settings)
                      .read(written.key(), written.value(), written.headers(), timestamp))
              .isEqualTo(new Reading.Asked(question, title));
        }
      }
    }
  }

  private static byte[] key(JsonNode key, Map<String, String> settings) {
    if (key == null) {
      return null;
    }
    return "long".equals(settings.get("input.key"))
        ? ByteBuffer.allocate(Long.BYTES).putLong(key.longValue()).array()
        : bytes(key);
  }

  private static byte[] bytes(JsonNode node) {
    return (node.isTextual() ? node.textValue() : node.toString()).getBytes(UTF_8);
  }

  private static byte[] value(JsonNode value, Example example, RegistryStandIn registry)
      throws IOException {
    if (value.isNull()) {
      return null;
    }
    String written = example.block("json schema");
    if (written.isEmpty()) {
      return bytes(value);
    }
    Schema schema = new Schema.Parser().parse(written);
    Object record =
        new GenericDatumReader<>(schema)
            .read(null, DecoderFactory.get().jsonDecoder(schema, value.toString()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ByteBuffer.allocate(5).put((byte) 0).putInt(registry.add(schema.toString())).array());
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<>(schema).write(record, encoder);
    return out.toByteArray();
  }

  private static Headers headers(JsonNode named) {
    Headers headers = new RecordHeaders();
    named.properties().forEach(header -> headers.add(header.getKey(), bytes(header.getValue())));
    return headers;
  }

  /** In the form of the page; dead letters come last. */
  private static List<JsonNode> answers(TopologyHarness stream) throws IOException {
    List<JsonNode> answers = new ArrayList<>();
    int asked = 0;
    for (TestRecord<String, QuestionEmbedding> record : stream.embeddings()) {
      ObjectNode answer = JSON.createObjectNode().put("id", record.key());
      answers.add(answer);
      if (record.value() == null) {
        answer.put("deleted", true);
        continue;
      }
      answer.put("text", record.value().getText());
      String title = stream.encoder.inputs().get(asked++).title();
      if (!title.isEmpty()) {
        answer.put("title", title);
      }
      if (record.value().getAskedAtMs() != 0) {
        answer.put("asked_at_ms", record.value().getAskedAtMs());
      }
      answer.set("metadata", JSON.valueToTree(record.value().getMetadata()));
    }
    for (TestRecord<byte[], byte[]> dead : stream.deadLetters()) {
      String message =
          new String(dead.headers().lastHeader(DeadLetterHeaders.MESSAGE).value(), UTF_8);
      answers.add(JSON.createObjectNode().put("dead", message));
    }
    return answers.stream().map(YourTopicDocTest::parsed).toList();
  }

  /** Numbers as JSON has them, whatever Java type they were of. */
  private static JsonNode parsed(JsonNode node) {
    try {
      return JSON.readTree(node.toString());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
