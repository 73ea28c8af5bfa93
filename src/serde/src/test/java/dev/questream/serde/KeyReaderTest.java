package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.serde.registry.RegistryStandIn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids out of keys of every kind, for questions without one and for deletions alike. */
class KeyReaderTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final byte[] NAMELESS = "{\"text\":\"Why?\"}".getBytes(UTF_8);

  private final RegistryStandIn registry = new RegistryStandIn();

  @AfterEach
  void close() {
    registry.close();
  }

  private QuestionDecoder decoder(String... pairs) {
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "input.format", "json", "schema.registry.url", registry.url(), "max.retries", "0"));
    for (String pair : pairs) {
      settings.put(pair.split("=")[0], pair.split("=")[1]);
    }
    return new QuestionDecoder(settings);
  }

  private static void assertId(QuestionDecoder decoder, byte[] key, String id) {
    assertId(decoder, key, new RecordHeaders(), id);
  }

  private static void assertId(QuestionDecoder decoder, byte[] key, Headers headers, String id) {
    assertThat(decoder.read(key, NAMELESS, headers, 0)).isInstanceOf(Reading.Asked.class);
    assertThat(decoder.read(key, NAMELESS, headers, 0).id()).as("of a question").isEqualTo(id);
    assertThat(decoder.read(key, null, headers, 0)).isEqualTo(new Reading.Deleted(id, false));
  }

  private static void assertRefused(QuestionDecoder decoder, byte[] key, String message) {
    for (byte[] value : new byte[][] {NAMELESS, null}) {
      assertThatThrownBy(() -> decoder.read(key, value, new RecordHeaders(), 0))
          .isInstanceOf(WireException.class)
          .hasMessageContaining(message);
    }
    byte[] named = "{\"text\":\"Why?\",\"id\":\"own\"}".getBytes(UTF_8);
    assertThat(decoder.read(key, named, new RecordHeaders(), 0).id()).isEqualTo("own");
  }

  @Test
  void shouldReadNumbersAndUuids() {
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      long number = random.nextBoolean() ? random.nextLong() : random.nextInt(1_000);
      byte[] eight = ByteBuffer.allocate(8).putLong(number).array();
      byte[] four = ByteBuffer.allocate(4).putInt((int) number).array();
      UUID uuid = new UUID(random.nextLong(), number);
      byte[] sixteen =
          ByteBuffer.allocate(16).putLong(uuid.getMostSignificantBits()).putLong(number).array();
      assertId(decoder("input.key=long"), eight, Long.toString(number));
      assertId(decoder("input.key=int"), four, Integer.toString((int) number));
      assertId(decoder("input.key=uuid"), sixteen, uuid.toString());
    }
    assertRefused(decoder("input.key=long"), new byte[4], "has 4 bytes, input.key says 8");
    assertRefused(decoder("input.key=int"), new byte[0], "has 0 bytes");
    assertRefused(decoder("input.key=uuid"), new byte[15], "has 15 bytes");
  }

  /** No text begins with a zero byte. */
  @Test
  void shouldRecognizeNumbersThatAreNoText() {
    for (int number : new int[] {0, 1, 65, 0x414243, 0xFFFFFF}) {
      String id = Integer.toString(number);
      assertId(decoder(), ByteBuffer.allocate(4).putInt(number).array(), id);
      assertId(decoder(), ByteBuffer.allocate(8).putLong(number).array(), id);
    }
    assertId(decoder(), "1234".getBytes(UTF_8), "1234");
    assertId(decoder(), "ABCDEFGH".getBytes(UTF_8), "ABCDEFGH");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "auto|k|k",
        "auto|4711|4711",
        "auto|\"quoted\"|\"quoted\"",
        "auto|{no json|{no json",
        "auto|{\"id\":7}|7",
        "auto|{\"order\":\"o-1\"}|o-1",
        "auto|{\"id\":\"a\",\"n\":1}|a",
        "auto|{\"a\":1,\"b\":\"x\"}|{\"a\":1,\"b\":\"x\"}",
        "auto|{\"schema\":{\"type\":\"struct\",\"fields\":[]},\"payload\":{\"id\":7}}|7",
        "auto|{\"schema\":{\"type\":\"string\"},\"payload\":\"s\"}|s",
        "json|\"quoted\"|quoted",
        "json|7|7",
        "json|{\"id\":7}|7",
        "string|{\"id\":7}|{\"id\":7}"
      })
  void shouldReadTextAndJson(String format, String key, String id) {
    assertId(decoder("input.key=" + format), key.getBytes(UTF_8), id);
  }

  @Test
  void shouldReadJsonBehindASchemasId() {
    byte[] json = "{\"id\":7}".getBytes(UTF_8);
    byte[] framed = ByteBuffer.allocate(5 + json.length).put((byte) 0).putInt(9).put(json).array();
    assertId(decoder("input.key=json"), framed, "7");
    assertId(decoder(), framed, "7");
  }

  private byte[] avro(String schema, Object value) {
    Schema parsed = new Schema.Parser().parse(schema.replace('\'', '"'));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int id = registry.add(parsed.toString());
    out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      new GenericDatumWriter<>(parsed).write(value, encoder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  private static final String STRUCT =
      "{'type':'record','name':'Key','fields':[{'name':'id','type':['null','long']},"
          + "{'name':'region','type':'string'}]}";

  private byte[] struct(long id) {
    GenericData.Record key =
        new GenericData.Record(new Schema.Parser().parse(STRUCT.replace('\'', '"')));
    key.put("id", id);
    key.put("region", "eu");
    return avro(STRUCT, key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "avro"})
  void shouldReadAvroOfTheRegistry(String format) {
    QuestionDecoder decoder = decoder("input.key=" + format);
    assertId(decoder, avro("'string'", "k"), "k");
    assertId(decoder, avro("'long'", 7L), "7");
    assertId(decoder, avro("['null','int']", 7), "7");
    assertId(decoder, struct(7), "7");
    String uuid = "{'type':'string','logicalType':'uuid'}";
    assertId(
        decoder,
        avro(uuid, "5f0c5b2e-9f6b-4a53-8a8e-6d5f1f4f3d11"),
        "5f0c5b2e-9f6b-4a53-8a8e-6d5f1f4f3d11");
    byte[] unknown = ByteBuffer.allocate(9).put((byte) 0).putInt(99).array();
    assertRefused(decoder, unknown, "the record's key cannot be read");
  }

  @Test
  void shouldReadAvroWhoseSchemaAHeaderNames() {
    byte[] framed = struct(7);
    byte[] body = java.util.Arrays.copyOfRange(framed, 5, framed.length);
    byte[] id = java.util.Arrays.copyOf(framed, 5);
    assertId(decoder(), body, new RecordHeaders().add("__key_schema_id", id), "7");
  }

  @Test
  void shouldTakeTheFieldOfTheKeyThatTheSettingNames() {
    assertId(decoder("input.id=key.region"), struct(7), "eu");
    assertId(decoder("input.id=key.region,key.id"), struct(7), "eu/7");
    assertRefusedAlways(
        decoder("input.id=key.regon"),
        struct(7),
        "input.id=key.regon: the key has no field \"regon\", only [id, region]; did you mean region?");
  }

  private static void assertRefusedAlways(QuestionDecoder decoder, byte[] key, String message) {
    assertThatThrownBy(() -> decoder.read(key, NAMELESS, new RecordHeaders(), 0))
        .isInstanceOf(WireException.class)
        .hasMessageContaining(message);
  }

  /** A deletion has no value: its key has the field, or is it. */
  @Test
  void shouldFindTheFieldOfTheValueInTheKeyOfADeletion() {
    QuestionDecoder nested = decoder("input.id=order.id");
    assertDeletes(nested, struct(7), "7");
    assertDeletes(nested, "{\"order\":{\"id\":8},\"id\":9}".getBytes(UTF_8), "8");
    assertDeletes(nested, "o-1".getBytes(UTF_8), "o-1");
    assertDeletes(nested, "{\"no\":\"o-2\"}".getBytes(UTF_8), "o-2");
    assertDeletes(decoder("input.id=a.region,b.id"), struct(7), "eu/7");
    assertThatThrownBy(
            () -> decoder("input.id=number").read(struct(7), null, new RecordHeaders(), 0))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("input.id=number: the record deletes")
        .hasMessageContaining("[id, region]");
    assertThatThrownBy(() -> nested.read(null, null, new RecordHeaders(), 0))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("no key");
  }

  private static void assertDeletes(QuestionDecoder decoder, byte[] key, String id) {
    assertThat(decoder.read(key, null, new RecordHeaders(), 0))
        .isEqualTo(new Reading.Deleted(id, false));
  }

  @ParameterizedTest
  @CsvSource({"4, int", "8, long", "16, uuid"})
  void shouldSayWhatAKeyMayBeThatIsNoText(int length, String format) {
    byte[] key = new byte[length];
    java.util.Arrays.fill(key, (byte) 0xFE);
    assertRefused(decoder(), key, "set input.key=" + format);
  }

  /** Whatever the bytes are, a key is read or is a dead letter. */
  @Test
  void shouldOnlyThrowWireExceptions() {
    Random random = new Random(SEED);
    byte[] valid = struct(7);
    for (String format : new String[] {"auto", "string", "json", "avro", "int", "long", "uuid"}) {
      QuestionDecoder decoder = decoder("input.key=" + format);
      for (int round = 0; round < 500; round++) {
        byte[] key = Mutations.of(valid, random);
        if (key.length > 4 && random.nextBoolean()) {
          System.arraycopy(valid, 0, key, 0, 5); // else the registry is asked each time
        } else {
          key = java.util.Arrays.copyOfRange(key, Math.min(5, key.length), key.length);
        }
        byte[] tried = key;
        try {
          decoder.read(tried, NAMELESS, new RecordHeaders(), 0);
        } catch (WireException expected) {
          assertThat(expected.getMessage()).isNotBlank();
        } catch (RuntimeException | Error e) {
          throw new AssertionError("seed %d: %s".formatted(SEED, Mutations.hex(tried)), e);
        }
      }
    }
  }
}
