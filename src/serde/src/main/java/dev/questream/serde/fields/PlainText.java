package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;

/**
 * A value that is a text as a whole; {@code text} names it.
 *
 * @param raw the text
 */
public record PlainText(JsonNode raw) implements Datum {
  public PlainText(String text) {
    this(TextNode.valueOf(text));
  }

  @Override
  public Datum field(String name) {
    return name.equals(Mapping.TEXT_FIELD) ? this : null;
  }
}
