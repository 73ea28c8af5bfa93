package dev.questream.serde;

import org.apache.avro.Schema;

/** Where schemas are known by numeric ids. */
public interface SchemaRegistry {

  /**
   * Registers a schema under a subject; the same schema again gives the same id.
   *
   * @throws SchemaRegistryException if the registry is not reachable or refuses the schema
   */
  int register(String subject, Schema schema);

  /**
   * Looks a schema up.
   *
   * @throws WireException if there is no such schema, or it is no Avro schema
   * @throws SchemaRegistryException if the registry is not reachable
   */
  Schema byId(int id);
}
