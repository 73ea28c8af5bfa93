package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;

/** A value of texts that grows by their paths: objects of names, arrays of places. */
final class JsonDraft {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int MAX_PLACE = 100;

  private JsonNode root; // null while there is nothing

  /**
   * Puts a text at the end of a path.
   *
   * @throws FieldException if something else is there, or in the way
   */
  void put(List<String> steps, String text) {
    root = with(root, steps, 0, TextNode.valueOf(text));
  }

  /** The same, unless there is something. */
  void preset(String name, String text) {
    if (root == null || !root.has(name)) {
      put(List.of(name), text);
    }
  }

  private static JsonNode with(JsonNode at, List<String> steps, int done, TextNode text) {
    if (done == steps.size()) {
      if (at != null && !at.equals(text)) {
        throw inTheWay(steps, done);
      }
      return text;
    }
    String step = steps.get(done);
    JsonNode parent = at == null ? (Path.isPlace(step) ? JSON.arrayNode() : JSON.objectNode()) : at;
    if (parent instanceof ObjectNode object) {
      object.set(step, with(object.get(step), steps, done + 1, text));
    } else if (parent instanceof ArrayNode array && Path.isPlace(step)) {
      int place = Integer.parseInt(step);
      if (place > MAX_PLACE) {
        throw new FieldException("the place %d in an array is too far out".formatted(place));
      }
      while (array.size() <= place) {
        array.addNull();
      }
      JsonNode before = array.get(place);
      array.set(place, with(before.isNull() ? null : before, steps, done + 1, text));
    } else {
      throw inTheWay(steps, done);
    }
    return parent;
  }

  private static FieldException inTheWay(List<String> steps, int done) {
    return new FieldException(
        done == 0
            ? "the whole has two values"
            : "\"%s\" has two values".formatted(String.join(".", steps.subList(0, done))));
  }

  boolean isEmpty() {
    return root == null;
  }

  /** What has grown; an empty object if nothing has. */
  JsonNode json() {
    return root == null ? JSON.objectNode() : root;
  }
}
