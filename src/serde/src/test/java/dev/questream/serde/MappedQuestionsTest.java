package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.questream.avro.Question;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions out of fields that settings name. */
class MappedQuestionsTest {
  private static final long TIME = 1_700_000_000_123L;
  private static final String TICKET =
      "{'id':'ignored','ticket':{'no':42,'subject':'Printer','body':'It smokes.','tags':['a','b'],"
          + "'opened':'2023-11-14T22:13:20.123Z','customer':{'name':'Zoë','vip':true}},"
          + "'timestamp':'x','key':'y'}";

  private static Map<String, String> settings(String... pairs) {
    Map<String, String> settings = new HashMap<>(Map.of("input.format", "json"));
    for (String pair : pairs) {
      String[] parts = pair.split("=", 2);
      settings.put(parts[0], parts[1]);
    }
    return settings;
  }

  private static byte[] utf8(String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }

  private static Reading.Asked read(String key, String json, Headers headers, String... settings) {
    return (Reading.Asked)
        new QuestionDecoder(settings(settings))
            .read(utf8(key), utf8(json.replace('\'', '"')), headers, TIME);
  }

  private static Question question(String key, String json, String... settings) {
    return read(key, json, new RecordHeaders(), settings).question();
  }

  private static void assertRefused(String json, String message, String... settings) {
    assertThatThrownBy(() -> question("k", json, settings))
        .isInstanceOf(WireException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldTakeEachPartFromItsField() {
    Reading.Asked asked =
        read(
            "k",
            TICKET,
            new RecordHeaders(),
            "input.text=ticket.body",
            "input.id=ticket.no",
            "input.title=ticket.subject",
            "input.asked.at=ticket.opened",
            "input.metadata=ticket.customer, ticket.tags");
    assertThat(asked.title()).isEqualTo("Printer");
    assertThat(asked.question())
        .isEqualTo(
            new Question(
                "42",
                "It smokes.",
                Map.of("name", "Zoë", "vip", "true", "tags", "[\"a\",\"b\"]"),
                TIME));
  }

  @Test
  void shouldTakePartsFromKeyHeadersAndTimestamp() {
    Headers headers = new RecordHeaders().add("lang", utf8("de")).add("a.b", utf8("dots"));
    Question question =
        read(
                "{\"id\":7,\"region\":\"eu\"}",
                TICKET,
                headers,
                "input.text=ticket.subject,ticket.body",
                "input.text.separator= - ",
                "input.id=key.region,key.id",
                "input.asked.at=timestamp",
                "input.metadata=headers.lang,headers.a.b,timestamp,value.timestamp,value.key,key.region")
            .question();
    assertThat(question.getId()).isEqualTo("eu/7");
    assertThat(question.getText()).isEqualTo("Printer - It smokes.");
    assertThat(question.getAskedAtMs()).isEqualTo(TIME);
    assertThat(question.getMetadata())
        .containsEntry("lang", "de")
        .containsEntry("a.b", "dots")
        .containsEntry("timestamp", Long.toString(TIME))
        .containsEntry("value.timestamp", "x")
        .containsEntry("key", "y")
        .containsEntry("region", "eu");
  }

  @Test
  void shouldJoinWhatIsThereAndLeaveOutWhatIsNot() {
    String[] both = {"input.text=a,b,c"};
    assertThat(question("k", "{'a':'x','b':null}", both).getText()).isEqualTo("x");
    assertThat(question("k", "{'a':'x','c':['y','z',1.50]}", both).getText())
        .isEqualTo("x\ny\nz\n1.50");
    assertRefused("{'d':1}", "input.text=a: the value has no field \"a\", only [d]", both);
    assertRefused("{'a':null}", "input.text=a: it is of the type null", both);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input.text=ticket.bdy|\"ticket\" has no field \"bdy\", only [no, subject, body, tags, opened,"
            + " customer]; did you mean body?",
        "input.text=ticket|input.text=ticket is an object: name one of its fields, which are [no,",
        "input.text=ticket.body,input.id=ticket.number|input.id=ticket.number: \"ticket\" has no field",
        "input.text=ticket.body,input.id=ticket.customer.vip|is neither a string nor a whole number",
        "input.text=ticket.body,input.id=headers.x|input.id=headers.x: the record has no header x",
        "input.text=ticket.body,input.id=key.id|input.id=key.id: the key has no field \"id\"",
        "input.text=ticket.body,input.asked.at=ticket.subject|input.asked.at=ticket.subject is no whole"
      })
  void shouldNameTheSettingAndWhatWasFound(String settings, String message) {
    assertRefused(TICKET, message, settings.split(",(?=input)"));
  }

  @Test
  void shouldLeaveOutWhatMayBeMissing() {
    Reading.Asked asked =
        read(
            "k",
            "{'body':'Why?'}",
            new RecordHeaders(),
            "input.text=body",
            "input.title=a.b",
            "input.asked.at=c",
            "input.metadata=d,e.f,headers.g");
    assertThat(asked.title()).isEmpty();
    assertThat(asked.question()).isEqualTo(new Question("k", "Why?", Map.of(), 0L));
  }

  @Test
  void shouldTakePlainTextWithPartsFromElsewhere() {
    Headers headers = new RecordHeaders().add("id", utf8("h1"));
    Reading.Asked asked =
        read("k", "Why?", headers, "input.format=text", "input.id=headers.id", "input.title=key");
    assertThat(asked.question()).isEqualTo(new Question("h1", "Why?", Map.of(), 0L));
    assertThat(asked.title()).isEqualTo("k");
    assertThat(read("k", "Why?", headers, "input.format=text", "input.text=value").question())
        .isEqualTo(new Question("k", "Why?", Map.of(), 0L));
  }

  @Test
  void shouldOpenJsonWithConnectsSchema() {
    String json =
        "{'schema':{'type':'struct','fields':[{'type':'string','field':'body'},"
            + "{'type':'bytes','name':'org.apache.kafka.connect.data.Decimal','parameters':{'scale':'2'},"
            + "'field':'price'},{'type':'int64','name':'io.debezium.time.MicroTimestamp','field':'at'},"
            + "{'type':'map','keys':{'type':'string'},'values':{'type':'int32','name':"
            + "'org.apache.kafka.connect.data.Date'},'field':'days'}]},"
            + "'payload':{'body':'Why?','price':'BOI=','at':1700000000123456,'days':{'one':1}}}";
    for (String prefix : new String[] {"", "payload."}) {
      Question question =
          question(
              "k",
              json,
              "input.text=" + prefix + "body",
              "input.asked.at=" + prefix + "at",
              "input.metadata=" + prefix + "price," + prefix + "days");
      assertThat(question)
          .isEqualTo(
              new Question("k", "Why?", Map.of("price", "12.50", "one", "1970-01-02"), TIME));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input.text=|input.text",
        "input.id=|input.id",
        "input.text=a..b|input.text",
        "input.text=timestamp.x|value.timestamp.x",
        "input.key=hex|input.key",
        "input.envelope=maxwell|input.envelope",
        "input.key=avro|schema.registry.url",
        "input.format=text;input.text=body|input.text=body",
        "input.format=text;input.envelope=debezium|input.envelope=debezium",
        "input.schema.file=nowhere.avsc|input.schema.file",
        "input.format=avro;input.schema.file=nowhere.avsc|nowhere.avsc"
      })
  void shouldRefuseSettingsThatCannotBe(String settings, String message) {
    assertThatThrownBy(() -> new QuestionDecoder(settings(settings.split(";"))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldNotWriteRecordsThatAreNotOurs() {
    for (String setting : new String[] {"input.text=body", "input.envelope=debezium"}) {
      assertThatThrownBy(() -> new QuestionSerializer().configure(settings(setting), false))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("your own");
    }
    new QuestionSerializer().configure(settings("input.text=text", "input.key=string"), false);
  }

  /** A number may be anything that JSON lets it be, wherever it stands. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e400",
        "1e2147483647",
        "-1e-2147483647",
        "1e2147483648",
        "65E946882318234087",
        "0e-99999999999",
        "9223372036854775808",
        "1E18",
        "-0.0"
      })
  void shouldReadOrRefuseAnyNumber(String number) {
    for (String setting : new String[] {"text", "id", "title", "metadata", "asked.at"}) {
      byte[] value = utf8("{\"text\":\"t\",\"n\":" + number + "}");
      QuestionDecoder decoder = new QuestionDecoder(settings("input." + setting + "=n"));
      assertTimeoutPreemptively(
          Duration.ofSeconds(10),
          () -> {
            try {
              decoder.decode(utf8("k"), value).toString();
            } catch (WireException e) {
              assertThat(e.getMessage()).isNotBlank();
            }
          });
    }
  }
}
