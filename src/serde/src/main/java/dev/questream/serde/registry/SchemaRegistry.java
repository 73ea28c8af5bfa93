package dev.questream.serde.registry;

import java.util.Optional;
import java.util.UUID;
import org.apache.avro.Schema;

/** Where schemas are known by numeric ids. */
public interface SchemaRegistry {

  /** A schema and its id. */
  record Registered(int id, Schema schema) {}

  /**
   * The id of a schema for the values of a topic; it is registered if it is not yet, where that is
   * allowed.
   *
   * @throws SchemaRegistryException if the registry is not reachable, refuses the schema, or does
   *     not hold it and it is not to be registered
   */
  int idFor(String topic, Schema schema);

  /**
   * The latest schema of the values of a topic; empty if there is none, it is no Avro schema, or it
   * may not be asked for.
   *
   * @throws SchemaRegistryException if the registry is not reachable
   */
  Optional<Registered> latest(String topic);

  /** The same of its keys. */
  Optional<Registered> latestOfKeys(String topic);

  /**
   * Looks a schema up.
   *
   * @throws UnknownSchemaException if there is no such schema, or it is no Avro schema
   * @throws SchemaRegistryException if the registry is not reachable
   */
  Schema byId(int id);

  /**
   * Looks a schema up by a global id of Apicurio's.
   *
   * @throws UnknownSchemaException if there is no such schema, it is no Avro schema, or the
   *     registry is not Apicurio's
   * @throws SchemaRegistryException if the registry is not reachable
   */
  Schema byGlobalId(long id);

  /**
   * Looks a schema up that has the same name in every registry.
   *
   * @throws UnknownSchemaException if there is no such schema, it is no Avro schema, or the
   *     registry knows none by such names
   * @throws SchemaRegistryException if the registry is not reachable
   */
  Schema byGuid(UUID guid);
}
