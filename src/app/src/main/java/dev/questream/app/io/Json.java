package dev.questream.app.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Records as JSON objects: the names of their components in snake case.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private Json() {}

  /** In one line. */
  public static String line(Object value) {
    return new String(bytes(value), StandardCharsets.UTF_8);
  }

  /** In UTF-8, in one line. */
  public static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + value, e);
    }
  }

  /** Over several lines, indented, without a line feed at the end. */
  public static String indented(Object value) {
    return tree(value).toPrettyString();
  }

  /** To be added to. */
  public static ObjectNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** By name, in order. */
  public static Map<String, Object> map(Object value) {
    return MAPPER.convertValue(value, new TypeReference<>() {});
  }
}
