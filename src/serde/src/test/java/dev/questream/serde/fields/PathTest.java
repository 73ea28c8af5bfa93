package dev.questream.serde.fields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways to values. */
class PathTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static Datum json(String text) {
    return JsonDatum.parse(text.replace('\'', '"'), "the value");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a|1",
        "b.c|2",
        "b.d.0|3",
        "b.d[1].e|4",
        "b.d.1.e|4",
        "f.g|5",
        "f.g.h|6",
        "b.i.j.k|7",
        "0|8",
        "l[0][1]|9"
      })
  void shouldLeadToItsValue(String path, int value) {
    Datum from =
        json(
            "{'a':1,'b':{'c':2,'d':[3,{'e':4}],'i.j':{'k':7}},'f.g':5,'f':{'g.h':6},'0':8,"
                + "'l':[[0,9]]}");
    assertThat(Path.of(path).walk(from).json().asInt()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "a.x", "b.x.y", "b.d.9", "b.d.x", "a.0", "b.d[7]", "c"})
  void shouldLeadNowhere(String path) {
    assertThat(Path.of(path).walk(json("{'a':1,'b':{'c':2,'d':[3]}}"))).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.", ".a", "a..b", ".", " . "})
  void shouldHaveNoEmptyNames(String path) {
    assertThatThrownBy(() -> Path.of(path)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bdy|the value has no field \"bdy\", only [body, after]; did you mean body?",
        "quite.else|the value has no field \"quite\", only [body, after]",
        "after.boody|\"after\" has no field \"boody\", only [body, n]; did you mean body?",
        "after.body.x|\"after.body\" has no field \"x\", it is of the type string",
        "after.n.x|\"after.n\" has no field \"x\", it is the number 7"
      })
  void shouldSayWhereItEndsAndWhatIsThere(String path, String message) {
    Datum from = json("{'body':'t','after':{'body':'t','n':7}}");
    assertThat(Path.of(path).missing(from, "the value")).isEqualTo(message);
  }

  @Test
  void shouldFindEveryValueOfAnyJson() {
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      JsonNode tree = tree(random, 4);
      Map<String, JsonNode> leaves = new LinkedHashMap<>();
      collect("", tree, leaves);
      leaves.forEach(
          (path, leaf) ->
              assertThat(Path.of(path).walk(new JsonDatum(tree)).json())
                  .as("seed %d: %s in %s", SEED, path, tree)
                  .isEqualTo(leaf));
    }
  }

  private static JsonNode tree(Random random, int depth) {
    int kind = depth == 0 ? 2 : random.nextInt(3);
    if (kind == 2) {
      return JSON.numberNode(random.nextInt());
    }
    int size = random.nextInt(4);
    if (kind == 1) {
      ArrayNode array = JSON.arrayNode();
      for (int i = 0; i < size; i++) {
        array.add(tree(random, depth - 1));
      }
      return array;
    }
    ObjectNode object = JSON.objectNode();
    for (int i = 0; i < size; i++) {
      object.set("n" + random.nextInt(5), tree(random, depth - 1));
    }
    return object;
  }

  private static void collect(String path, JsonNode node, Map<String, JsonNode> leaves) {
    leaves.put(path, node);
    String before = path.isEmpty() ? "" : path + ".";
    node.properties().forEach(field -> collect(before + field.getKey(), field.getValue(), leaves));
    for (int i = 0; i < (node.isArray() ? node.size() : 0); i++) {
      collect(before + i, node.get(i), leaves);
    }
  }

  @Test
  void shouldBeOfTheValueItselfIfItIsEmpty() {
    assertThat(Path.of("").steps()).isEqualTo(List.of());
  }
}
