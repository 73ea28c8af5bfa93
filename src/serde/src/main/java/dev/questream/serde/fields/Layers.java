package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;

/**
 * A value and what surrounds it: a field is looked for inside first.
 *
 * @param inside what counts as the value
 * @param around its envelope
 */
record Layers(Datum inside, Datum around) implements Datum {
  @Override
  public Datum field(String name) {
    Datum found = inside.field(name);
    return found == null ? around.field(name) : found;
  }

  @Override
  public Datum item(int index) {
    return inside.item(index);
  }

  @Override
  public Collection<String> names() {
    return inside.names();
  }

  @Override
  public JsonNode raw() {
    return inside.raw();
  }

  @Override
  public String meaning() {
    return inside.meaning();
  }

  @Override
  public int scale() {
    return inside.scale();
  }

  @Override
  public JsonNode json() {
    return inside.json();
  }
}
