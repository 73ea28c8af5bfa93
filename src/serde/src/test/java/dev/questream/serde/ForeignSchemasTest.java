package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.questream.avro.Question;
import dev.questream.serde.registry.RegistryStandIn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Avro schemas of anybody, wherever they come from, and those that mean harm. */
class ForeignSchemasTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final String CUSTOMER =
      "{'type':'record','name':'Customer','namespace':'com.acme','fields':["
          + "{'name':'name','type':'string'},{'name':'since','type':{'type':'int','logicalType':'date'}}]}";
  private static final String TICKET =
      "{'type':'record','name':'Ticket','namespace':'com.acme','fields':["
          + "{'name':'no','type':'long'},{'name':'customer','type':['null','com.acme.Customer']},"
          + "{'name':'body','type':['null','string']},"
          + "{'name':'state','type':{'type':'enum','name':'State','symbols':['OPEN','DONE']}},"
          + "{'name':'replyTo','type':['null','Ticket']},"
          + "{'name':'lines','type':{'type':'array','items':'string'}},"
          + "{'name':'labels','type':{'type':'map','values':'string'}}]}";

  private final RegistryStandIn registry = new RegistryStandIn();

  @AfterEach
  void close() {
    registry.close();
  }

  private static String quoted(String json) {
    return json.replace('\'', '"');
  }

  private static Schema ticketSchema() {
    Schema.Parser parser = new Schema.Parser();
    parser.parse(quoted(CUSTOMER));
    return parser.parse(quoted(TICKET));
  }

  private static GenericData.Record ticket(Schema schema, long no) {
    GenericData.Record customer =
        new GenericData.Record(schema.getField("customer").schema().getTypes().get(1));
    customer.put("name", "Zoë");
    customer.put("since", 19675);
    GenericData.Record ticket = new GenericData.Record(schema);
    ticket.put("no", no);
    ticket.put("customer", customer);
    ticket.put("body", "It smokes.");
    ticket.put("state", new GenericData.EnumSymbol(schema.getField("state").schema(), "OPEN"));
    ticket.put("lines", List.of("one", "two"));
    ticket.put("labels", Map.of("floor", "3"));
    return ticket;
  }

  private static byte[] body(Schema schema, Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      new GenericDatumWriter<>(schema).write(value, encoder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  private static byte[] single(Schema schema, byte[] body) {
    return ByteBuffer.allocate(10 + body.length)
        .put((byte) 0xC3)
        .put((byte) 1)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(SchemaNormalization.parsingFingerprint64(schema))
        .put(body)
        .array();
  }

  private byte[] framed(int id, byte[] body) {
    return ByteBuffer.allocate(5 + body.length).put((byte) 0).putInt(id).put(body).array();
  }

  private QuestionDecoder decoder(String... pairs) {
    Map<String, String> settings =
        new HashMap<>(Map.of("schema.registry.url", registry.url(), "max.retries", "0"));
    for (String pair : pairs) {
      settings.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
    }
    return new QuestionDecoder(settings);
  }

  @Test
  void shouldReadFieldsOfAnyType() {
    Schema schema = ticketSchema();
    GenericData.Record answer = ticket(schema, 8);
    answer.put("replyTo", ticket(schema, 7));
    byte[] value = framed(registry.add(schema.toString()), body(schema, answer));
    QuestionDecoder decoder =
        decoder(
            "input.text=replyTo.lines,lines.1,replyTo.body",
            "input.text.separator= | ",
            "input.id=replyTo.no,no",
            "input.metadata=customer,state,labels.floor,replyTo.customer.since");
    assertThat(decoder.decode(null, value))
        .isEqualTo(
            new Question(
                "7/8",
                "one | two | two | It smokes.",
                Map.of("name", "Zoë", "since", "2023-11-14", "state", "OPEN", "floor", "3"),
                0L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input.text=bdy|its record com.acme.Ticket has no field \"bdy\", only [no, customer, body,",
        "input.text=customer|input.text=customer is an object: name one of its fields, which are [name,",
        "input.text=replyTo.body|input.text=replyTo.body: \"replyTo\" has no field \"body\", it is of the type null"
      })
  void shouldSayWhatTheRecordHas(String setting, String message) {
    Schema schema = ticketSchema();
    byte[] value = framed(registry.add(schema.toString()), body(schema, ticket(schema, 7)));
    assertThatThrownBy(() -> decoder(setting).decode(null, value))
        .isInstanceOf(WireException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'string'", "['null','string']"})
  void shouldReadAStringThatIsNoRecord(String schema) {
    Schema parsed = new Schema.Parser().parse(quoted(schema));
    byte[] value = framed(registry.add(parsed.toString()), body(parsed, "Why?"));
    assertThat(decoder("input.text=value").decode("k".getBytes(UTF_8), value))
        .isEqualTo(new Question("k", "Why?", Map.of(), 0L));
  }

  // Schemas that refer to others

  @Test
  void shouldFollowReferences() {
    Schema schema = ticketSchema();
    registry.register("customer", quoted(CUSTOMER));
    String pair =
        quoted(
            "{'type':'record','name':'Pair','fields':[{'name':'a','type':'com.acme.Ticket'},"
                + "{'name':'c','type':'com.acme.Customer'}]}");
    registry.register("ticket", quoted(TICKET), "customer");
    int id = registry.register("pair", pair, "ticket", "customer");
    byte[] customer =
        body(
            schema.getField("customer").schema().getTypes().get(1),
            ticket(schema, 7).get("customer"));
    byte[] first = body(schema, ticket(schema, 7));
    byte[] both =
        ByteBuffer.allocate(first.length + customer.length).put(first).put(customer).array();
    QuestionDecoder decoder = decoder("input.text=a.body", "input.metadata=c.name");
    for (int i = 0; i < 2; i++) {
      assertThat(decoder.decode(null, framed(id, both)))
          .isEqualTo(new Question("", "It smokes.", Map.of("name", "Zoë"), 0L));
    }
    assertThat(registry.requests())
        .containsExactly(
            "GET /schemas/ids/" + id,
            "GET /subjects/ticket/versions/1",
            "GET /subjects/customer/versions/1");
  }

  @Test
  void shouldBlameTheRecordForReferencesThatAreNotThere() {
    int missing = registry.register("ticket", quoted(TICKET), "nobody");
    assertThatThrownBy(() -> decoder("input.text=body").decode(null, framed(missing, new byte[9])))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("/subjects/nobody/versions/1");
    String self = quoted("{'type':'record','name':'A','fields':[{'name':'b','type':'B'}]}");
    int cyclic = registry.register("self", self, "self");
    assertThatThrownBy(() -> decoder("input.text=b").decode(null, framed(cyclic, new byte[9])))
        .isInstanceOf(WireException.class);
  }

  // Schemas in files

  @Test
  void shouldReadSingleObjectsOfSchemasInFiles(@TempDir Path folder) throws IOException {
    Path customer = Files.writeString(folder.resolve("customer.avsc"), quoted(CUSTOMER));
    Path ticket = Files.writeString(folder.resolve("ticket.avsc"), quoted(TICKET));
    Schema schema = ticketSchema();
    byte[] value = single(schema, body(schema, ticket(schema, 7)));
    QuestionDecoder decoder =
        decoder("input.schema.file=" + customer + ", " + ticket, "input.text=body", "input.id=no");
    Question expected = new Question("7", "It smokes.", Map.of(), 0L);
    assertThat(decoder.decode(null, value)).isEqualTo(expected);
    byte[] header = {0, 0, 0, 0, 9};
    assertThat(decoder.decode(null, value, new RecordHeaders().add("__value_schema_id", header)))
        .as("a header that is not true")
        .isEqualTo(expected);
    assertThatThrownBy(() -> decoder("input.text=body").decode(null, value))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("input.schema.file");
    assertThatThrownBy(() -> decoder("input.schema.file=" + ticket))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ticket.avsc");
  }

  // Paths held against schemas before anything is read

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input.text=bdy|input.text=bdy: in the schema of the topic tickets the value has no field \"bdy\","
            + " only [no, customer, body, state, replyTo, lines, labels]; did you mean body?",
        "input.id=customer.nme|input.id=customer.nme: in the schema of the topic tickets \"customer\" has no"
            + " field \"nme\", only [name, since]; did you mean name?",
        "input.metadata=state.x|\"state\" has no field \"x\", it is of the type enum",
        "input.title=lines.first|\"lines\" has no field \"first\", it is of the type array"
      })
  void shouldRefuseAPathThatTheTopicsSchemaDoesNotHave(String setting, String message) {
    registry.register("tickets-value", ticketSchema().toString());
    assertThatThrownBy(() -> check(setting))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  private void check(String... pairs) {
    Map<String, String> settings =
        new HashMap<>(Map.of("schema.registry.url", registry.url(), "max.retries", "0"));
    for (String pair : pairs) {
      settings.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
    }
    RegistryCheck.questions(settings, "tickets");
  }

  @Test
  void shouldTakePathsThatTheTopicsSchemaHas() {
    check("input.text=whatever"); // nothing is registered
    registry.register("tickets-value", ticketSchema().toString());
    check(
        "input.text=body,replyTo.replyTo.body,lines.3,labels.any",
        "input.id=key.no,headers.x",
        "input.asked.at=timestamp");
    assertThatThrownBy(() -> check("input.text=bdy")).isInstanceOf(ConfigException.class);
    check("input.text=bdy", "input.format=json");
    check("input.text=bdy", "input.envelope=cloudevents");
    check("input.text=bdy", "value.subject.name.strategy=RecordNameStrategy");
    check(); // our own names are the records' affair
    registry.answerAlways(403, "{}");
    check("input.text=bdy");
  }

  @Test
  void shouldHoldPathsAgainstTheRowsOfDebezium() {
    registry.register(
        "tickets-value",
        quoted(
            "{'type':'record','name':'Envelope','fields':[{'name':'before','type':['null',"
                + "{'type':'record','name':'Row','fields':[{'name':'body','type':'string'}]}]},"
                + "{'name':'after','type':['null','Row']},{'name':'op','type':'string'}]}"));
    check("input.envelope=debezium", "input.text=body", "input.metadata=op,after.body");
    assertThatThrownBy(() -> check("input.envelope=debezium", "input.text=bdy"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("only [body]; did you mean body?");
  }

  // Schemas that mean harm

  /** A few bytes may claim more items than anybody can count. */
  @Test
  void shouldNotCountItemsWithoutBytesForEver() {
    String schema =
        quoted(
            "{'type':'record','name':'R','fields':[{'name':'extra','type':{'type':'array','items':'null'}},"
                + "{'name':'body','type':'string'}]}");
    ByteBuffer claims = ByteBuffer.allocate(5 * 1_000 + 3);
    for (int i = 0; i < 1_000; i++) {
      claims.put(new byte[] {-2, -1, -1, -1, 13}); // about 1.9 billion
    }
    byte[] value = framed(registry.add(schema), claims.put(new byte[] {0, 2, 'a'}).array());
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThatThrownBy(() -> decoder("input.text=body").decode(null, value))
                .isInstanceOf(WireException.class));
  }

  @Test
  void shouldRefuseARecordThatHoldsItselfWithoutEnd() {
    String schema =
        quoted(
            "{'type':'record','name':'Node','fields':[{'name':'body','type':'string'},"
                + "{'name':'next','type':['null','Node']}]}");
    byte[] body = new byte[600_000];
    for (int i = 0; i + 2 < body.length; i += 3) {
      body[i] = 2;
      body[i + 1] = 'a';
      body[i + 2] = 2;
    }
    byte[] value = framed(registry.add(schema), body);
    for (String path : new String[] {"body", "next.next.body", "value"}) {
      assertThatThrownBy(
              () -> decoder("input.text=body", "input.metadata=" + path).decode(null, value))
          .isInstanceOf(WireException.class);
    }
  }

  /**
   * The bytes are the record {digits: bytes, scale: int}, and Avro hides that in its conversion.
   */
  @ParameterizedTest
  @ValueSource(strings = {"", "1d", "00", "0004", "7e01", "ffffffffff", "0201", "000004"})
  void shouldRefuseAMalformedBigDecimal(String content) {
    String schema =
        quoted(
            "{'type':'record','name':'Price','fields':[{'name':'body','type':'string'},"
                + "{'name':'amount','type':{'type':'bytes','logicalType':'big-decimal'}}]}");
    byte[] bytes = HexFormat.of().parseHex(content);
    byte[] body =
        ByteBuffer.allocate(3 + bytes.length)
            .put(new byte[] {2, 'a', (byte) (2 * bytes.length)})
            .put(bytes)
            .array();
    byte[] value = framed(registry.add(schema), body);
    assertThatThrownBy(
            () -> decoder("input.text=body", "input.metadata=amount").decode(null, value))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("big-decimal");
  }

  /** Whatever a schema and a record are, the record is read or is a dead letter, and soon. */
  @Test
  void shouldOnlyThrowWireExceptionsForAnySchema() {
    Random random = new Random(SEED);
    for (int round = 0; round < 300; round++) {
      String schema = new RandomSchema(random).record();
      String path = random.nextBoolean() ? "f0" : "f0.f1";
      QuestionDecoder decoder =
          decoder(
              "input.text=f0", "input.metadata=" + path + ",f1", "input.id=f2", "input.title=f1.0");
      int id = registry.add(schema);
      for (int i = 0; i < 20; i++) {
        byte[] body = new byte[random.nextInt(60)];
        random.nextBytes(body);
        for (int at = 0; random.nextBoolean() && at < body.length; at++) {
          body[at] &= 7; // small lengths, so that reading gets on
        }
        byte[] value = framed(id, body);
        String at = "seed %d: %s with %s".formatted(SEED, Mutations.hex(value), schema);
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> read(decoder, value, at), at);
      }
    }
  }

  private static void read(QuestionDecoder decoder, byte[] value, String at) {
    try {
      decoder.decode(null, value);
    } catch (WireException expected) {
      assertThat(expected.getMessage()).as(at).isNotBlank();
    } catch (RuntimeException | Error e) {
      throw new AssertionError(at, e);
    }
  }
}
