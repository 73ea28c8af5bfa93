package dev.questream.serde;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.serde.registry.SchemaRegistry.Registered;
import org.apache.avro.Schema;

/**
 * A schema to write in, and what says so before each record.
 *
 * @param header of one of the two framings
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AvroTarget(byte[] header, Schema schema) {

  /** Of a registry. */
  static AvroTarget of(Registered registered) {
    return new AvroTarget(WriterSchemas.confluentHeader(registered.id()), registered.schema());
  }

  /** Of a file. */
  static AvroTarget of(Schema schema) {
    return new AvroTarget(WriterSchemas.singleHeader(schema), schema);
  }

  byte[] write(JsonNode held) {
    return AvroFill.write(header, schema, held);
  }

  /** Whether records have such a field. */
  boolean has(String name) {
    return schema.getType() == Schema.Type.RECORD && schema.getField(name) != null;
  }
}
