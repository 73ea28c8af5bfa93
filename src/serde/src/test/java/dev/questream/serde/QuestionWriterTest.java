package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.Question;
import dev.questream.serde.QuestionWriter.Written;
import dev.questream.serde.registry.RegistryStandIn;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions in the form of somebody else's records. */
class QuestionWriterTest {
  private static final long TIME = 1_700_000_000_123L;
  private static final String TICKET =
      """
      {"type": "record", "name": "Ticket", "fields": [
        {"name": "id", "type": "long"},
        {"name": "opened", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["NEW", "OLD"]},
         "default": "NEW"},
        {"name": "tags", "type": {"type": "array", "items": "string"}, "default": []},
        {"name": "agent", "type": ["null", "string"]},
        {"name": "customer", "type": {"type": "record", "name": "Customer", "fields": [
          {"name": "question", "type": ["null", "bytes", "string"]},
          {"name": "vip", "type": "boolean", "default": false}]}}%s]}
      """;

  @TempDir Path folder;

  private static Map<String, String> settings(String... pairs) {
    Map<String, String> settings = new HashMap<>(Map.of("input.format", "json"));
    for (String pair : pairs) {
      String[] parts = pair.split("=", 2);
      settings.put(parts[0], parts[1]);
    }
    return settings;
  }

  private static Question question(String id, String text) {
    return new Question(id, text, Map.of(), TIME);
  }

  private static Written write(Question question, String title, String... settings) {
    return new QuestionWriter(settings(settings), "tickets").write(question, title);
  }

  private static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, UTF_8);
  }

  private static Reading read(Written written, Map<String, String> settings) {
    return new QuestionDecoder(settings)
        .read(written.key(), written.value(), written.headers(), SourceTimestamp.NONE);
  }

  private static void assertRefused(String message, String... settings) {
    assertThatThrownBy(() -> new QuestionWriter(settings(settings), "tickets").requirePlain())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldMakeObjectsAndArraysAsPathsSay() {
    Written written =
        write(
            new Question("7", "It smokes.", Map.of("lang", "en", "tags", "x"), TIME),
            "Printer",
            "input.text=summary,messages.0.body",
            "input.id=ticket.no",
            "input.title=ticket.subject",
            "input.asked.at=opened",
            "input.metadata=headers.lang,tags[1].0");
    assertThat(text(written.value()))
        .isEqualTo(
            "{\"ticket\":{\"no\":\"7\",\"subject\":\"Printer\"},"
                + "\"messages\":[{\"body\":\"It smokes.\"}],\"tags\":[null,[\"x\"]],"
                + "\"opened\":\"2023-11-14T22:13:20.123Z\"}");
    assertThat(text(written.key())).isEqualTo("7");
    assertThat(text(written.headers().lastHeader("lang").value())).isEqualTo("en");
    assertThat(written.timestampMs()).isNull();
  }

  @Test
  void shouldWriteKeysAsTheyAreRead() {
    Question number = question("42", "q");
    String body = "input.text=body";
    assertThat(write(number, "", body).key()).isEqualTo("42".getBytes(UTF_8));
    assertThat(write(number, "", body, "input.key=int").key())
        .isEqualTo(ByteBuffer.allocate(4).putInt(42).array());
    assertThat(write(number, "", body, "input.key=long").key())
        .isEqualTo(ByteBuffer.allocate(8).putLong(42).array());
    assertThat(text(write(number, "", body, "input.key=json").key())).isEqualTo("\"42\"");
    assertThat(text(write(question("eu/7", "q"), "", body, "input.id=key.region,key.id").key()))
        .isEqualTo("{\"region\":\"eu\",\"id\":\"7\"}");
    String uuid = "0e4c8a3e-8c5b-4f0e-9a53-0d5f3ad1f4c2";
    assertThat(write(question(uuid, "q"), "", body, "input.key=uuid").key()).hasSize(16);
    assertThatThrownBy(() -> write(question("x", "q"), "", body, "input.key=long"))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("\"x\" is no number");
    assertThatThrownBy(() -> write(question("{x", "q"), "", body, "input.id=a,b"))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("joins 2 fields");
  }

  @Test
  void shouldWriteCloudEventsInTheStructuredForm() {
    Written written =
        write(
            new Question("e-1", "Is it blue?", Map.of("type", "asked", "lang", "en"), TIME),
            "",
            "input.envelope=cloudevents",
            "input.text=question.text",
            "input.metadata=type,lang");
    assertThat(text(written.value()))
        .isEqualTo(
            "{\"id\":\"e-1\",\"data\":{\"question\":{\"text\":\"Is it blue?\"},\"lang\":\"en\"},"
                + "\"type\":\"asked\",\"time\":\"2023-11-14T22:13:20.123Z\",\"specversion\":\"1.0\","
                + "\"source\":\"questream\",\"datacontenttype\":\"application/json\"}");
    assertThat(text(written.headers().lastHeader("content-type").value()))
        .isEqualTo("application/cloudevents+json");
  }

  @Test
  void shouldWriteTheTopicsLatestAvroSchemaWithItsDefaults() {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      int id = registry.register("tickets-value", TICKET.formatted(""));
      int keyId = registry.register("tickets-key", "\"long\"");
      Map<String, String> settings =
          settings(
              "input.format=avro",
              "input.key=avro",
              "input.text=customer.question",
              "input.asked.at=opened",
              "schema.registry.url=" + registry.url());
      QuestionWriter writer = new QuestionWriter(settings, "tickets");
      assertThat(writer.newId()).as("a number").matches("\\d+");
      Written written = writer.write(question("42", "Why?"), "");
      assertThat(ByteBuffer.wrap(written.value()).getInt(1)).isEqualTo(id);
      assertThat(ByteBuffer.wrap(written.key()).getInt(1)).isEqualTo(keyId);
      assertThat(read(written, settings)).isEqualTo(new Reading.Asked(question("42", "Why?"), ""));
      assertThatThrownBy(() -> writer.write(question("x", "Why?"), ""))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("\"id\" is of the type long, which \"x\" is not");
      assertThat(registry.requests())
          .as("nothing is registered")
          .noneMatch(r -> r.contains("POST"));
    }
  }

  @Test
  void shouldNameTheFirstFieldWithoutADefault() {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      registry.register(
          "tickets-value", TICKET.formatted(", {\"name\": \"shop\", \"type\": \"string\"}"));
      String[] settings = {
        "input.format=avro",
        "input.text=customer.question",
        "input.asked.at=opened",
        "schema.registry.url=" + registry.url()
      };
      assertRefused(
          "the schema Ticket has the field \"shop\" without a default, and no setting gives it a"
              + " value",
          settings);
      settings[1] = "input.text=state";
      assertRefused("\"state\" is one of [NEW, OLD]", settings);
      settings[1] = "input.text=customer.qestion";
      assertRefused("did you mean question?", settings);
    }
  }

  @Test
  void shouldWriteInSingleObjectEncodingWithTheLastSchemaOfAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("t.avsc"), TICKET.formatted(""));
    Map<String, String> settings =
        settings(
            "input.format=avro",
            "input.schema.file=" + file,
            "input.text=customer.question",
            "input.asked.at=opened");
    Written written = new QuestionWriter(settings, "tickets").write(question("42", "Why?"), "");
    assertThat(written.value()).startsWith(0xC3, 0x01);
    assertThat(read(written, settings)).isEqualTo(new Reading.Asked(question("42", "Why?"), ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input.envelope=debezium|insert a row",
        "input.id=timestamp;input.text=body|input.id=timestamp: the record's timestamp",
        "input.text=a.b;input.id=a|\"a\" has two values",
        "input.text=a;input.id=a|\"a\" has two values",
        "input.text=a.200000000|too far out",
        "input.format=avro;input.text=body|no Avro schema in a registry",
        "input.format=avro;input.envelope=cloudevents;input.text=q|in JSON only",
        "input.format=text;input.id=no|a text and nothing else",
        "input.key=string;input.id=key.no;input.text=body|input.key=string has no fields"
      })
  void shouldSayWhyQuestionsCannotBeWritten(String settings, String message) {
    assertRefused(message, settings.split(";"));
  }

  @Test
  void shouldGiveOutNothingThatIsReadAsSomethingElse() {
    assertThatThrownBy(() -> write(question("{\"id\":\"x\"}", "q"), "", "input.text=body"))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("the id \"{\"id\":\"x\"}\" would be read as \"x\"");
    assertThatThrownBy(() -> write(question("x", "q"), "A title", "input.text=body"))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("input.title names no field");
    Question more = new Question("x", "q", Map.of("lang", "en"), TIME);
    assertThatThrownBy(() -> write(more, "", "input.text=body", "input.metadata=tags"))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("input.metadata names no field lang");
  }

  @Test
  void shouldWriteOurOwnFormAsEver() {
    Written written = new QuestionWriter(Map.of(), "questions").write(question("7", "q"), "");
    assertThat(text(written.key())).isEqualTo("7");
    assertThat(written.value())
        .isEqualTo(new QuestionSerializer().serialize("questions", question("7", "q")));
    assertThat(written.headers()).isEmpty();
  }
}
