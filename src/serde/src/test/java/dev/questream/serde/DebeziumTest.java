package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.Question;
import dev.questream.serde.registry.RegistryStandIn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes of a table, in the forms in which Debezium's connectors and converters write them. */
class DebeziumTest {
  private static final String ROW = "{'id':7,'body':'It smokes.','opened':1700000000123456}";
  private static final String SOURCE =
      "{'connector':'postgresql','db':'shop','table':'tickets','ts_ms':1700000000000}";
  private static final String SCHEMA =
      "{'type':'struct','fields':[{'type':'struct','field':'before','fields':[%1$s]},"
          + "{'type':'struct','field':'after','fields':[%1$s]},"
          + "{'type':'struct','field':'source','fields':[]},{'type':'string','field':'op'}],"
          + "'name':'shop.public.tickets.Envelope'}";
  private static final String FIELDS =
      "{'type':'int32','field':'id'},{'type':'string','field':'body'},"
          + "{'type':'int64','name':'io.debezium.time.MicroTimestamp','field':'opened'}";

  private static byte[] utf8(String json) {
    return json == null ? null : json.replace('\'', '"').getBytes(UTF_8);
  }

  private static Map<String, String> settings(String... pairs) {
    Map<String, String> settings =
        new HashMap<>(
            Map.of("input.format", "json", "input.envelope", "debezium", "input.text", "body"));
    for (String pair : pairs) {
      settings.put(pair.split("=")[0], pair.split("=")[1]);
    }
    return settings;
  }

  private static Reading read(String key, String value, String... settings) {
    return new QuestionDecoder(settings(settings))
        .read(utf8(key), utf8(value), new RecordHeaders(), 0);
  }

  private static String event(String op, String before, String after) {
    return "{'before':%s,'after':%s,'source':%s,'op':'%s','ts_ms':1700000000500,'transaction':null}"
        .formatted(before, after, SOURCE, op);
  }

  private static String withSchema(String payload) {
    return "{'schema':%s,'payload':%s}".formatted(SCHEMA.formatted(FIELDS), payload);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c", "r", "u"})
  void shouldAskWhatTheRowIsAfterTheChange(String op) {
    String before = op.equals("u") ? "{'id':7,'body':'old','opened':0}" : "null";
    String event = event(op, before, ROW);
    for (String text : new String[] {"body", "after.body"}) {
      assertThat(read("{'id':7}", event, "input.text=" + text))
          .isEqualTo(new Reading.Asked(new Question("7", "It smokes.", Map.of(), 0L), ""));
    }
    Reading.Asked typed =
        (Reading.Asked)
            read(
                "{'id':7}",
                withSchema(event),
                "input.asked.at=opened",
                "input.metadata=opened,source.table,op");
    assertThat(typed.question())
        .isEqualTo(
            new Question(
                "7",
                "It smokes.",
                Map.of("opened", "2023-11-14T22:13:20.123456", "table", "tickets", "op", op),
                1_700_000_000_123L));
  }

  @Test
  void shouldDeleteTheIdOfTheRowThatWas() {
    Reading deleted = new Reading.Deleted("7", true);
    String event = event("d", ROW, "null");
    assertThat(read("{'id':7}", event)).isEqualTo(deleted);
    assertThat(read("{'id':7}", withSchema(event))).isEqualTo(deleted);
    assertThat(read(null, event)).isEqualTo(deleted);
    assertThat(read("{'id':9}", event, "input.id=after.id")).isEqualTo(deleted);
    assertThat(read("{'id':9}", event, "input.id=id")).isEqualTo(deleted);
    assertThat(read("{'no':7}", event("d", "null", "null"))).isEqualTo(deleted);
    assertThat(read("{'id':7}", event("d", "null", "null"), "input.id=after.id"))
        .isEqualTo(deleted);
    assertThat(read("{'schema':{'type':'struct','fields':[]},'payload':{'id':7}}", null))
        .as("the tombstone behind it")
        .isEqualTo(new Reading.Deleted("7", false));
    assertThatThrownBy(() -> read(null, event("d", "null", "null")))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("neither its row nor its key has an id");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "truncate|{'before':null,'after':null,'source':{'table':'t'},'op':'t','ts_ms':1}",
        "truncate|{'source':{'table':'t'},'op':'t','ts_ms':1}",
        "message|{'op':'m','ts_ms':1,'source':{'lsn':1},'message':{'prefix':'p','content':'eA=='}}",
        "heartbeat|{'ts_ms':1700000000000}",
        "heartbeat|{'schema':{'type':'struct','fields':[]},'payload':{'ts_ms':1700000000000}}",
        "transaction|{'status':'BEGIN','id':'571:1','event_count':null,'data_collections':null,'ts_ms':1}",
        "transaction|{'status':'BEGIN','id':'571:1','ts_ms':1}",
        "transaction|{'status':'END','id':'571:1','event_count':2,'data_collections':[],'ts_ms':1}",
        "schema-change|{'source':{'server':'s'},'ts_ms':1,'databaseName':'d','schemaName':null,"
            + "'ddl':'CREATE TABLE t','tableChanges':[]}",
        "truncate|{'id':7,'body':null,'__op':'t'}",
        "unchanged-text|{'before':null,'after':{'id':7,'body':'__debezium_unavailable_value'},'op':'u'}",
        "unchanged-text|{'id':7,'body':'__debezium_unavailable_value'}"
      })
  void shouldSkipWhatConcernsNoQuestion(String kind, String value) {
    assertThat(read("{'id':7}", value)).isEqualTo(new Reading.Skipped(kind));
  }

  @Test
  void shouldNotEmbedWhatDebeziumLeftOut() {
    String event = event("u", "null", "{'id':7,'body':'__debezium_unavailable_value','title':'t'}");
    assertThatThrownBy(() -> read("{'id':7}", event, "input.text=title,body"))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("input.text=body")
        .hasMessageContaining("REPLICA IDENTITY FULL");
  }

  /** A row under a new key has been nowhere: what was left out is missing. */
  @Test
  void shouldNotTakeARowWithAnotherKeyForUnchanged() {
    String row = "{'id':7,'body':'__debezium_unavailable_value'%s}";
    RecordHeaders moved = new RecordHeaders();
    moved.add("__debezium.oldkey", new byte[] {0, (byte) 0xFF});
    for (String value :
        new String[] {
          event("c", "null", row.formatted("")), row.formatted(",'__op':'c'"), row.formatted("")
        }) {
      assertThatThrownBy(
              () -> new QuestionDecoder(settings()).read(utf8("{'id':7}"), utf8(value), moved, 0))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("REPLICA IDENTITY FULL");
    }
  }

  @Test
  void shouldLeaveOutMetadataThatWasLeftOut() {
    String row =
        "{'id':7,'body':'a','notes':'__debezium_unavailable_value','tags':['__debezium_unavailable_value'],'n':1}";
    Reading.Asked asked =
        (Reading.Asked) read("{'id':7}", event("u", "null", row), "input.metadata=notes,tags,n");
    assertThat(asked.question().getMetadata()).isEqualTo(Map.of("n", "1"));
    assertThat(read("{'id':7}", event("u", "null", row), "input.text=tags"))
        .isEqualTo(new Reading.Skipped("unchanged-text"));
  }

  /** A null that had a schema in Connect, after the transform, is written out by the converter. */
  @Test
  void shouldTakeANullThatIsWrittenOutForATombstone() {
    Reading deleted = new Reading.Deleted("7", false);
    assertThat(read("{'id':7}", "null")).isEqualTo(deleted);
    String wrapped = "{'schema':{'type':'struct','fields':[]},'payload':null}";
    assertThat(read("{'id':7}", wrapped)).isEqualTo(deleted);
    assertThat(read("{'id':7}", wrapped, "input.envelope=none")).isEqualTo(deleted);
    assertThatThrownBy(() -> read(null, wrapped)).isInstanceOf(WireException.class);
  }

  @Test
  void shouldDeleteWhatARowWithoutATextHadBefore() {
    String[] both = {"input.text=title,body"};
    String row = "{'id':7,'title':%s,'body':null}";
    for (String op : new String[] {"c", "r", "u"}) {
      assertThat(read("{'id':7}", event(op, "null", row.formatted("null")), both))
          .isEqualTo(new Reading.Deleted("7", true));
    }
    assertThat(read("{'id':7}", row.formatted("null"), both))
        .isEqualTo(new Reading.Deleted("7", true));
    assertThat(read("{'id':7}", event("u", "null", row.formatted("'t'")), both))
        .isInstanceOf(Reading.Asked.class);
    assertThatThrownBy(() -> read("{'id':7}", row.formatted("null"), "input.text=body,bdy"))
        .as("a misspelt column")
        .isInstanceOf(WireException.class);
  }

  @Test
  void shouldReadRowsThatWereUnwrapped() {
    assertThat(read("{'id':7}", ROW))
        .isEqualTo(new Reading.Asked(new Question("7", "It smokes.", Map.of(), 0L), ""));
    for (String mark : new String[] {"'__deleted':'true'", "'__deleted':true", "'__op':'d'"}) {
      assertThat(read("{'id':7}", "{'id':7,'body':null,%s}".formatted(mark)))
          .isEqualTo(new Reading.Deleted("7", true));
    }
    assertThat(read("{'id':7}", "{'id':7,'body':'a','__deleted':'false','__op':'c'}"))
        .isInstanceOf(Reading.Asked.class);
    assertThat(read("{'id':7}", "{'id':7,'body':'a','op':'d','source':'phone'}"))
        .as("columns that are called like the envelope's fields")
        .isInstanceOf(Reading.Asked.class);
  }

  @Test
  void shouldReadDocumentsOfMongoDb() {
    String event =
        "{'before':null,'after':'{\\'_id\\': {\\'$oid\\': \\'5f\\'}, \\'body\\': \\'Why?\\'}','source':{'a':1},'op':'c'}";
    assertThat(read("{'id':'{\\'$oid\\': \\'5f\\'}'}", event))
        .isEqualTo(new Reading.Asked(new Question("{\"$oid\": \"5f\"}", "Why?", Map.of(), 0L), ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'before':null,'after':null,'op':'c'}|the operation \"c\" and no \"after\"",
        "{'before':null,'after':{'id':1},'op':'x'}|the operation \"x\", which is not known",
        "{'before':null,'after':{'id':1,'bdy':'a'},'op':'c'}|input.text=body: the value has no field"
            + " \"body\", only [id, bdy]; did you mean bdy?",
        "[]|has no field \"body\"",
        "7|has no field \"body\""
      })
  void shouldRefuseWhatIsNoChange(String value, String message) {
    assertThatThrownBy(() -> read("{'id':7}", value))
        .isInstanceOf(WireException.class)
        .hasMessageContaining(message);
  }

  /** A key of several columns is the whole of it, for questions and deletions alike. */
  @Test
  void shouldTakeAKeyOfSeveralColumns() {
    String key = "{'tenant':3,'no':7}";
    String row = "{'tenant':3,'no':7,'body':'Why?'}";
    String id = "{\"tenant\":3,\"no\":7}";
    assertThat(read(key, event("c", "null", row)).id()).isEqualTo(id);
    assertThat(read(key, event("d", row, "null")).id()).isEqualTo(id);
    assertThat(read(key, null).id()).isEqualTo(id);
    String[] named = {"input.id=tenant,no"};
    assertThat(read(key, event("c", "null", row), named).id()).isEqualTo("3/7");
    assertThat(read(key, event("d", row, "null"), named).id()).isEqualTo("3/7");
    assertThat(read(key, null, named).id()).isEqualTo("3/7");
  }

  /** Such as a column of message.key.columns that may be null. */
  @Test
  void shouldTakeTheRowsIdWhereTheKeyIsNull() {
    String row = "{'id':5,'code':null,'body':'Why?'}";
    String key = "{'code':null}";
    assertThat(read(key, event("c", "null", row)).id()).isEqualTo("5");
    assertThat(read(key, event("u", row, row)).id()).isEqualTo("5");
    assertThat(read(key, event("d", row, "null")).id()).isEqualTo("5");
  }

  // Avro through the registry

  private static final String AVRO =
      "{'type':'record','name':'Envelope','namespace':'shop.public.tickets','connect.name':"
          + "'shop.public.tickets.Envelope','fields':["
          + "{'name':'before','type':['null',{'type':'record','name':'Value','fields':["
          + "{'name':'id','type':{'type':'record','name':'VariableScaleDecimal','namespace':'io.debezium.data',"
          + "'connect.name':'io.debezium.data.VariableScaleDecimal','fields':[{'name':'scale','type':'int'},"
          + "{'name':'value','type':'bytes'}]}},"
          + "{'name':'body','type':['null','string']},"
          + "{'name':'price','type':{'type':'bytes','scale':2,'precision':9,'connect.parameters':{'scale':'2'},"
          + "'connect.name':'org.apache.kafka.connect.data.Decimal','logicalType':'decimal'}},"
          + "{'name':'opened','type':{'type':'long','connect.version':1,'connect.name':'io.debezium.time.MicroTimestamp'}},"
          + "{'name':'picture','type':['null','bytes']}],'connect.name':'shop.public.tickets.Value'}]},"
          + "{'name':'after','type':['null','Value']},"
          + "{'name':'source','type':{'type':'record','name':'Source','namespace':'io.debezium.connector.postgresql',"
          + "'fields':[{'name':'table','type':'string'}]}},"
          + "{'name':'op','type':'string'},{'name':'ts_ms','type':['null','long']}]}";

  private static GenericData.Record row(Schema envelope) {
    Schema row = envelope.getField("after").schema().getTypes().get(1);
    GenericData.Record id = new GenericData.Record(row.getField("id").schema());
    id.put("scale", 0);
    id.put("value", ByteBuffer.wrap(new byte[] {7}));
    GenericData.Record record = new GenericData.Record(row);
    record.put("id", id);
    record.put("body", "It smokes.");
    record.put("price", ByteBuffer.wrap(new byte[] {4, (byte) 0xE2}));
    record.put("opened", 1_700_000_000_123_456L);
    record.put("picture", ByteBuffer.wrap(new byte[] {(byte) 0xFF, (byte) 0xD8}));
    return record;
  }

  private static byte[] framed(RegistryStandIn registry, Schema schema, Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ByteBuffer.allocate(5).put((byte) 0).putInt(registry.add(schema.toString())).array());
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      new GenericDatumWriter<>(schema).write(value, encoder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  @Test
  void shouldReadAvroByItsMeaning() {
    Schema schema = new Schema.Parser().parse(AVRO.replace('\'', '"'));
    GenericData.Record event = new GenericData.Record(schema);
    GenericData.Record source = new GenericData.Record(schema.getField("source").schema());
    source.put("table", "tickets");
    event.put("source", source);
    event.put("after", row(schema));
    event.put("op", "u");
    try (RegistryStandIn registry = new RegistryStandIn()) {
      QuestionDecoder decoder =
          new QuestionDecoder(
              settings(
                  "input.format=avro",
                  "input.id=id",
                  "schema.registry.url=" + registry.url(),
                  "input.asked.at=after.opened",
                  "input.metadata=price,source.table"));
      byte[] key = new byte[] {(byte) 0xFF};
      assertThat(decoder.read(key, framed(registry, schema, event), new RecordHeaders(), 0))
          .isEqualTo(
              new Reading.Asked(
                  new Question(
                      "7",
                      "It smokes.",
                      Map.of("price", "12.50", "table", "tickets"),
                      1_700_000_000_123L),
                  ""));
      event.put("before", event.get("after"));
      event.put("after", null);
      event.put("op", "d");
      assertThat(decoder.read(key, framed(registry, schema, event), new RecordHeaders(), 0))
          .isEqualTo(new Reading.Deleted("7", true));
    }
  }

  @Test
  void shouldReadUnwrappedRowsInAvro() {
    Schema envelope = new Schema.Parser().parse(AVRO.replace('\'', '"'));
    GenericData.Record row = row(envelope);
    try (RegistryStandIn registry = new RegistryStandIn()) {
      QuestionDecoder decoder =
          new QuestionDecoder(
              settings("input.format=avro", "schema.registry.url=" + registry.url()));
      assertThat(decoder.read(null, framed(registry, row.getSchema(), row), new RecordHeaders(), 0))
          .isEqualTo(new Reading.Asked(new Question("7", "It smokes.", Map.of(), 0L), ""));
    }
  }
}
