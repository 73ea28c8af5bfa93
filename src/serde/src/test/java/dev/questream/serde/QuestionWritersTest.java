package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.questream.avro.Question;
import dev.questream.serde.registry.RegistryStandIn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions of producers with Avro schemas of their own. */
class QuestionWritersTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final UUID ID = UUID.fromString("5f0c5b2e-9f6b-4a53-8a8e-6d5f1f4f3d11");
  private static final String TEXT_ONLY = "{'name':'text','type':'string'}";

  private final RegistryStandIn registry = new RegistryStandIn();
  private final QuestionDecoder decoder =
      new QuestionDecoder(
          Map.of(SerdeConfig.SCHEMA_REGISTRY_URL, registry.url(), "max.retries", "0"));

  @AfterEach
  void close() {
    registry.close();
  }

  private static String quoted(String json) {
    return json.replace('\'', '"');
  }

  private static String record(String... fields) {
    return quoted(
        "{'type':'record','name':'Faq','namespace':'com.acme','fields':[%s]}"
            .formatted(String.join(",", fields)));
  }

  private static Schema parse(String schema) {
    return new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false).parse(schema);
  }

  private byte[] framed(String schema, byte[] body) {
    return ByteBuffer.allocate(5 + body.length)
        .put((byte) 0)
        .putInt(registry.add(schema))
        .put(body)
        .array();
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

  private byte[] written(String schema, Map<String, ?> fields) {
    Schema parsed = parse(schema);
    Schema held = parsed.isUnion() ? parsed.getTypes().get(1) : parsed;
    GenericData.Record record = new GenericData.Record(held);
    fields.forEach(record::put);
    return framed(schema, body(parsed, record));
  }

  private Question read(String schema, Map<String, ?> fields) {
    return decoder.decode(null, written(schema, fields));
  }

  // One question, many writers

  /** A way to write a field: its type, and the value in it. */
  private record Way(String type, Object value) {
    Way optional() {
      return new Way("['null'," + type + "]", value);
    }
  }

  private static Object fixed(String schema, byte[] bytes) {
    return new GenericData.Fixed(parse(quoted(schema)), bytes);
  }

  private static byte[] bytes(UUID uuid) {
    return ByteBuffer.allocate(16)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  private static List<Way> idWays(String id) {
    String uuid = "{'type':'fixed','name':'com.acme.Uuid','size':16,'logicalType':'uuid'}";
    return id.equals(ID.toString())
        ? List.of(
            new Way("'string'", id),
            new Way("{'type':'string','logicalType':'uuid'}", id),
            new Way("'bytes'", ByteBuffer.wrap(id.getBytes(UTF_8))),
            new Way(uuid, fixed(uuid, bytes(ID))))
        : List.of(
            new Way("'long'", Long.valueOf(id)),
            new Way("'int'", Integer.valueOf(id)),
            new Way(
                "{'type':'bytes','logicalType':'decimal','precision':38,'scale':0}",
                ByteBuffer.wrap(new BigInteger(id).toByteArray())),
            new Way(
                "{'type':'bytes','logicalType':'decimal','connect.name':"
                    + "'org.apache.kafka.connect.data.Decimal'}",
                ByteBuffer.wrap(new BigInteger(id).toByteArray())));
  }

  private static List<Way> textWays(String text) {
    return List.of(
        new Way("'string'", text),
        new Way("{'type':'string','avro.java.string':'String'}", text),
        new Way("'bytes'", ByteBuffer.wrap(text.getBytes(UTF_8))));
  }

  private static List<Way> metadataWays() {
    String record =
        "{'type':'record','name':'com.acme.Meta','fields':[{'name':'tenant','type':'string'},"
            + "{'name':'n','type':'int'}]}";
    GenericData.Record meta = new GenericData.Record(parse(quoted(record)));
    meta.put("tenant", "ä");
    meta.put("n", 7);
    return List.of(
        new Way("{'type':'map','values':'string'}", Map.of("tenant", "ä", "n", "7")),
        new Way(
            "{'type':'map','values':'string','avro.java.string':'String'}",
            Map.of("tenant", "ä", "n", "7")),
        new Way("{'type':'map','values':['null','string','long']}", Map.of("tenant", "ä", "n", 7L)),
        new Way(record, meta));
  }

  private static List<Way> timeWays(long millis) {
    return List.of(
        new Way("'long'", millis),
        new Way("{'type':'long','logicalType':'timestamp-millis'}", millis),
        new Way("{'type':'long','connect.name':'io.debezium.time.Timestamp'}", millis),
        new Way("{'type':'long','logicalType':'timestamp-micros'}", millis * 1_000 + 999),
        new Way("{'type':'long','logicalType':'local-timestamp-micros'}", millis * 1_000),
        new Way("{'type':'long','connect.name':'io.debezium.time.MicroTimestamp'}", millis * 1_000),
        new Way("{'type':'long','logicalType':'timestamp-nanos'}", millis * 1_000_000));
  }

  private static final List<Way> EXTRA =
      List.of(
          new Way("'boolean'", true),
          new Way("{'type':'array','items':'double'}", List.of(1.5, 2.5)),
          new Way("{'type':'map','values':'bytes'}", Map.of("k", ByteBuffer.wrap(new byte[3]))),
          new Way("{'type':'enum','name':'Lang','symbols':['EN']}", lang()));

  private static Object lang() {
    Schema schema = parse(quoted("{'type':'enum','name':'com.acme.Lang','symbols':['EN']}"));
    return new GenericData.EnumSymbol(schema, "EN");
  }

  @Test
  void shouldReadTheSameQuestionFromAnyWriter() {
    Random random = new Random(SEED);
    for (int round = 0; round < 100; round++) {
      String id = random.nextBoolean() ? ID.toString() : Integer.toString(random.nextInt());
      String text = "Wer schrieb „Faust“? 🤔 " + random.nextInt();
      long millis = random.nextBoolean() ? 1_700_000_000_123L : -7L;
      Map<String, Way> ways = new HashMap<>();
      ways.put("id", oneOf(idWays(id), random));
      ways.put("text", oneOf(textWays(text), random));
      ways.put("metadata", oneOf(metadataWays(), random));
      ways.put("asked_at_ms", oneOf(timeWays(millis), random));
      if (random.nextBoolean()) {
        ways.put("extra", oneOf(EXTRA, random));
      }
      ways.replaceAll((name, way) -> random.nextBoolean() ? way.optional() : way);
      List<String> names = new ArrayList<>(ways.keySet());
      Collections.shuffle(names, random);
      String fields =
          String.join(
              ",",
              names.stream()
                  .map(name -> "{'name':'%s','type':%s}".formatted(name, ways.get(name).type()))
                  .toList());
      String schema = record(fields);
      if (random.nextBoolean()) {
        schema = "[\"null\"," + schema + "]";
      }
      Map<String, Object> values = new HashMap<>();
      ways.forEach((name, way) -> values.put(name, way.value()));
      assertThat(read(schema, values))
          .as("seed %d, round %d: %s", SEED, round, schema)
          .isEqualTo(new Question(id, text, Map.of("tenant", "ä", "n", "7"), millis));
    }
  }

  private static Way oneOf(List<Way> ways, Random random) {
    return ways.get(random.nextInt(ways.size()));
  }

  // What is left out, and what other writers allow themselves

  @Test
  void shouldTakeNullAndWhatIsLeftOutForTheDefault() {
    Question bare = new Question("", "Why?", Map.of(), 0L);
    assertThat(read(record(TEXT_ONLY), Map.of("text", "Why?"))).isEqualTo(bare);
    String nulls =
        record(
            "{'name':'id','type':['null','string']}",
            TEXT_ONLY,
            "{'name':'metadata','type':['null',{'type':'map','values':'string'}]}",
            "{'name':'asked_at_ms','type':['null','long']}");
    assertThat(read(nulls, Map.of("text", "Why?"))).isEqualTo(bare);
    assertThat(decoder.decode("k".getBytes(UTF_8), written(nulls, Map.of("text", "Why?"))).getId())
        .isEqualTo("k");
  }

  @Test
  void shouldCarryMetadataThatIsNoStringAsItsJson() {
    String schema =
        record(
            TEXT_ONLY,
            "{'name':'metadata','type':{'type':'map','values':['null','double','boolean',"
                + "{'type':'array','items':'string'}]}}");
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("z", null);
    metadata.put("d", 1.5);
    metadata.put("b", true);
    metadata.put("l", List.of("é", "\""));
    assertThat(read(schema, Map.of("text", "a", "metadata", metadata)).getMetadata())
        .isEqualTo(Map.of("z", "null", "d", "1.5", "b", "true", "l", "[\"é\",\"\\\"\"]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'record','name':'Q','namespace':'com.acme-corp','fields':[%s]}",
        "{'type':'record','name':'my question','fields':[%s]}",
        "{'type':'record','name':'Q','fields':[{'name':'lang','type':['string','null'],'default':null},%s]}"
      })
  void shouldReadSchemasThatOnlyOtherLanguagesAllow(String schema) {
    String text = quoted(schema.formatted(TEXT_ONLY));
    Map<String, String> fields =
        text.contains("lang") ? Map.of("text", "Why?", "lang", "de") : Map.of("text", "Why?");
    assertThat(read(text, fields).getText()).isEqualTo("Why?");
  }

  // What is refused

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{'name':'id','type':'boolean'}|true|\"id\" is neither a string nor a whole number, it is of the type boolean",
        "{'name':'id','type':'double'}|1.5|\"id\" is neither a string nor a whole number, it is the number 1.5",
        "{'name':'asked_at_ms','type':'string'}|x|\"asked_at_ms\" is no whole number of 64 bits, it is of the type string",
        "{'name':'asked_at_ms','type':{'type':'int','logicalType':'date'}}|7|\"asked_at_ms\" is of the type date",
        "{'name':'metadata','type':'string'}|x|\"metadata\" is no object, it is of the type string",
      })
  void shouldNameTheFieldAndTheTypeThatDoesNotFit(String field, String value, String message) {
    Object held =
        switch (value) {
          case "true" -> true;
          case "1.5" -> 1.5;
          case "7" -> 7;
          default -> value;
        };
    String name = field.replaceAll("^\\{'name':'([a-z_]+)'.*", "$1");
    assertThatThrownBy(() -> read(record(TEXT_ONLY, field), Map.of("text", "a", name, held)))
        .isInstanceOf(WireException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldSayWhatARecordWithoutATextHas() {
    String order = record("{'name':'price','type':'int'}");
    assertThatThrownBy(() -> read(order, Map.of("price", 7)))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("com.acme.Faq has no field \"text\", only [price]");
    String nullable = record("{'name':'text','type':['null','string']}");
    assertThatThrownBy(() -> read(nullable, Map.of()))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("\"text\"")
        .hasMessageContaining("null");
    String union = "[\"null\"," + record(TEXT_ONLY) + "]";
    assertThatThrownBy(() -> decoder.decode(null, framed(union, new byte[] {0})))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("null, not a record");
    assertThatThrownBy(() -> decoder.decode(null, framed(union, new byte[] {20, 2, 'a'})))
        .isInstanceOf(WireException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'string'", "'bytes'", "{'type':'string','avro.java.string':'String'}"})
  void shouldRefuseMalformedStringsOfAnyWriter(String type) {
    String schema =
        record(
            "{'name':'text','type':%s}".formatted(type),
            "{'name':'metadata','type':{'type':'map','values':{'type':'array','items':%s}}}"
                .formatted(type));
    byte[] bad = {2, (byte) 0xFF, 0};
    byte[] badKey = {2, 'a', 2, 2, (byte) 0xFF, 0, 0};
    byte[] badValue = {2, 'a', 2, 2, 'k', 2, 2, (byte) 0xFF, 0, 0};
    byte[] good = {2, 'a', 2, 2, 'k', 2, 2, 'v', 0, 0};
    assertThat(decoder.decode(null, framed(schema, good)).getMetadata())
        .isEqualTo(Map.of("k", "[\"v\"]"));
    for (byte[] body : List.of(bad, badKey, badValue)) {
      assertThatThrownBy(() -> decoder.decode(null, framed(schema, body)))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("UTF-8");
    }
  }

  /** What is not read is skipped. */
  @Test
  void shouldNotAllocateWhatItDoesNotRead() {
    String schema = record("{'name':'extra','type':{'type':'array','items':'int'}}", TEXT_ONLY);
    int items = 1 << 20;
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, 1}); // so many
    body.writeBytes(new byte[items]);
    body.writeBytes(new byte[] {0, 2, 'a'});
    byte[] value = framed(schema, body.toByteArray());
    decoder.decode(null, value);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(decoder.decode(null, value).getText()).isEqualTo("a");
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
  }

  /** Whatever ends the application would end it again after each restart. */
  @Test
  void shouldRefuseARecordThatHoldsItselfWithoutEnd() {
    String schema =
        record(
            TEXT_ONLY,
            "{'name':'metadata','type':{'type':'map','values':{'type':'record','name':'Node',"
                + "'fields':[{'name':'next','type':['null','Node']}]}}}");
    byte[] body = new byte[6 + 1_000_000];
    System.arraycopy(new byte[] {2, 'a', 2, 2, 'k'}, 0, body, 0, 5);
    Arrays.fill(body, 5, body.length - 2, (byte) 2);
    assertThatThrownBy(() -> decoder.decode(null, framed(schema, body)))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("deep");
  }
}
