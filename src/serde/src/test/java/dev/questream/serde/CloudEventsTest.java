package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.Question;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events in the structured and in the binary mode of the Kafka binding. */
class CloudEventsTest {
  private static final long TIME = 1_700_000_000_123L;
  private static final String ATTRIBUTES =
      "'specversion':'1.0','id':'A-1','source':'/shop','type':'ticket.opened',"
          + "'time':'2023-11-14T22:13:20.123Z','subject':'42'";

  private static byte[] utf8(String json) {
    return json == null ? null : json.replace('\'', '"').getBytes(UTF_8);
  }

  private static Reading read(Headers headers, String value, String... pairs) {
    Map<String, String> settings =
        new HashMap<>(Map.of("input.format", "json", "input.envelope", "cloudevents"));
    for (String pair : pairs) {
      settings.put(pair.split("=")[0], pair.split("=")[1]);
    }
    return new QuestionDecoder(settings).read(utf8("k"), utf8(value), headers, 0);
  }

  private static Headers contentType(String type) {
    return new RecordHeaders().add("content-type", utf8(type));
  }

  private static Headers binary() {
    return contentType("application/json; charset=utf-8")
        .add("ce_specversion", utf8("1.0"))
        .add("ce_id", utf8("A-1"))
        .add("ce_source", utf8("/shop"))
        .add("ce_type", utf8("ticket.opened"))
        .add("ce_subject", utf8("42"))
        .add("ce_time", utf8("2023-11-14T22:13:20.123Z"));
  }

  private static Reading asked(String id, Map<String, String> metadata) {
    return new Reading.Asked(new Question(id, "Why?", metadata, TIME), "");
  }

  @Test
  void shouldReadBothModesAlike() {
    String structured = "{%s,'data':{'body':'Why?'}}".formatted(ATTRIBUTES);
    Map<String, String> metadata = Map.of("type", "ticket.opened", "subject", "42");
    String[] settings = {"input.text=body", "input.metadata=type,subject"};
    assertThat(read(binary(), "{'body':'Why?'}", settings)).isEqualTo(asked("A-1", metadata));
    for (Headers headers :
        new Headers[] {
          contentType("application/cloudevents+json; charset=UTF-8"),
          contentType("Application/CloudEvents+JSON"),
          new RecordHeaders()
        }) {
      assertThat(read(headers, structured, settings)).isEqualTo(asked("A-1", metadata));
    }
    String[] named = {"input.text=data.body", "input.id=subject", "input.metadata=type,subject"};
    assertThat(read(new RecordHeaders(), structured, named)).isEqualTo(asked("42", metadata));
  }

  @Test
  void shouldLookIntoTheDataFirst() {
    String data = "{'id':'own','body':'Why?','asked_at_ms':%d,'time':'noon'}".formatted(TIME);
    for (Reading reading :
        new Reading[] {
          read(binary(), data, "input.text=body"),
          read(new RecordHeaders(), "{%s,'data':%s}".formatted(ATTRIBUTES, data), "input.text=body")
        }) {
      assertThat(reading).isEqualTo(asked("own", Map.of()));
    }
  }

  @Test
  void shouldReadDataOfOtherKinds() {
    String json = Base64.getEncoder().encodeToString(utf8("{'body':'Why?'}"));
    assertThat(
            read(
                new RecordHeaders(),
                "{%s,'data_base64':'%s'}".formatted(ATTRIBUTES, json),
                "input.text=body"))
        .isEqualTo(asked("A-1", Map.of()));
    String plain = Base64.getEncoder().encodeToString(utf8("Why?"));
    assertThat(
            read(
                new RecordHeaders(),
                "{%s,'datacontenttype':'text/plain','data_base64':'%s'}"
                    .formatted(ATTRIBUTES, plain)))
        .isEqualTo(asked("A-1", Map.of()));
    assertThat(
            read(
                new RecordHeaders(),
                "{%s,'datacontenttype':'text/plain','data':'Why?'}".formatted(ATTRIBUTES),
                "input.text=data"))
        .isEqualTo(asked("A-1", Map.of()));
    assertThat(read(binary(), "Why?", "input.format=text")).isEqualTo(asked("A-1", Map.of()));
  }

  @Test
  void shouldDeleteByANullValue() {
    assertThat(read(binary(), null, "input.text=body")).isEqualTo(new Reading.Deleted("k", false));
  }

  /** An embedding is no event of the question's type. */
  @Test
  void shouldNotCarryTheHeadersOfAnEventToItsEmbedding() {
    for (String envelope : new String[] {"cloudevents", "none"}) {
      try (QuestionEmbeddingSerializer serializer = new QuestionEmbeddingSerializer()) {
        serializer.configure(Map.of("input.envelope", envelope), false);
        Headers headers = binary().add("trace", new byte[1]);
        serializer.serialize("embeddings", headers, null);
        assertThat(headers)
            .hasSize(envelope.equals("none") ? 8 : 1)
            .anyMatch(header -> header.key().equals("trace"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json|{'body':'Why?'}|is no CloudEvent",
        "application/cloudevents-batch+json|[]|only application/cloudevents+json is read",
        "application/cloudevents+avro|{}|only application/cloudevents+json is read",
        "application/cloudevents+json|{'body':'Why?'}|not all of [id, source, specversion, type]",
        "application/cloudevents+json|{'specversion':'1.0','id':'1','source':'s','type':'t'}|has no field \"body\"",
        "application/cloudevents+json|{'specversion':'1.0','id':'1','source':'s','type':'t',"
            + "'data_base64':'?'}|data_base64",
        "application/cloudevents+json|{'specversion':'1.0','id':'1','source':'s','type':'t',"
            + "'data':{'bdy':'a'}}|only [bdy]; did you mean bdy?"
      })
  void shouldRefuseWhatIsNoEvent(String type, String value, String message) {
    assertThatThrownBy(() -> read(contentType(type), value, "input.text=body"))
        .isInstanceOf(WireException.class)
        .hasMessageContaining(message);
  }
}
