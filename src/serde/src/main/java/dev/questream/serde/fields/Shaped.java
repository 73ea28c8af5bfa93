package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A question in the shape of somebody else's records, before it is written.
 *
 * @param value texts in objects and arrays, or a text
 * @param key the same
 * @param keyed whether a setting takes something from the key; else it is the id
 * @param headers by their names
 * @param timestampMs of the record, in milliseconds since 1970; null: as it comes
 */
public record Shaped(
    JsonNode value, JsonNode key, boolean keyed, Map<String, String> headers, Long timestampMs) {}
