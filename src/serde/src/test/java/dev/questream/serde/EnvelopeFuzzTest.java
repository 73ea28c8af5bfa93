package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in an envelope, the record is read or is a dead letter. */
class EnvelopeFuzzTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> EVENTS =
      List.of(
          "{'before':{'id':7,'body':'a'},'after':{'id':7,'body':'b'},'source':{'table':'t'},'op':'u'}",
          "{'id':7,'body':'a','__deleted':'true','__op':'d'}",
          "{'schema':{'type':'struct','fields':[{'field':'after','type':'struct','fields':[{'field':'body',"
              + "'type':'bytes','name':'org.apache.kafka.connect.data.Decimal','parameters':{'scale':'2'}},"
              + "{'field':'id','type':'map','values':{'type':'int64','name':'io.debezium.time.MicroTime'}}]}]},"
              + "'payload':{'after':{'body':'BOI=','id':{'x':1}},'op':'c'}}",
          "{'before':null,'after':'{\\'id\\': 1, \\'body\\': \\'a\\'}','op':'r'}",
          "{'specversion':'1.0','id':'1','source':'s','type':'t','time':'2023-11-14T22:13:20Z','data':"
              + "{'id':7,'body':['a','b']},'data_base64':'e30=','datacontenttype':'application/json'}");

  @ParameterizedTest
  @ValueSource(strings = {"none", "debezium", "cloudevents"})
  void shouldOnlyThrowWireExceptions(String envelope) throws IOException {
    Random random = new Random(SEED);
    QuestionDecoder decoder =
        new QuestionDecoder(
            Map.of(
                "input.format", "json",
                "input.envelope", envelope,
                "input.text", "body,after.body,body.0",
                "input.title", "source",
                "input.asked.at", "time",
                "input.metadata", "id,payload,data,value"));
    for (int round = 0; round < 3_000; round++) {
      String event = EVENTS.get(random.nextInt(EVENTS.size())).replace('\'', '"');
      byte[] value =
          random.nextInt(4) == 0
              ? Mutations.of(event.getBytes(UTF_8), random)
              : changed(JSON.readTree(event), random).toString().getBytes(UTF_8);
      byte[] key = random.nextBoolean() ? null : value;
      Headers headers = new RecordHeaders();
      if (random.nextBoolean()) {
        headers.add("ce_id", value).add("content-type", random.nextBoolean() ? value : null);
      }
      try {
        assertThat(decoder.read(key, value, headers, 0)).isNotNull();
      } catch (WireException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed %d: %s".formatted(SEED, new String(value, UTF_8)), e);
      }
    }
  }

  /** The same with something else at some of its places. */
  private static JsonNode changed(JsonNode node, Random random) {
    if (random.nextInt(12) == 0) {
      return other(random);
    }
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JSON.createObjectNode();
      object.properties().stream()
          .filter(field -> random.nextInt(12) > 0)
          .forEach(field -> copy.set(field.getKey(), changed(field.getValue(), random)));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JSON.createArrayNode();
      array.forEach(item -> copy.add(changed(item, random)));
      return copy;
    }
    return node;
  }

  private static JsonNode other(Random random) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (random.nextInt(8)) {
      case 0 -> nodes.nullNode();
      case 1 -> nodes.numberNode(random.nextLong());
      case 2 -> nodes.numberNode(random.nextDouble());
      case 3 -> nodes.textNode("\ud83d");
      case 4 -> nodes.booleanNode(true);
      case 5 -> nodes.objectNode().put("schema", 1).put("payload", "x");
      case 6 -> nodes.arrayNode().add(nodes.arrayNode());
      default -> nodes.textNode("d");
    };
  }
}
