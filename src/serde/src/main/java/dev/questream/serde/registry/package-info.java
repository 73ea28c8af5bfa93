/**
 * The schema registry: {@link dev.questream.serde.registry.SchemaRegistry} and its client for
 * Confluent's REST API. Knows schemas and HTTP, and nothing of the records.
 *
 * <p><b>Threading:</b> safe for any thread; a caller waits for the registry's answer.
 */
package dev.questream.serde.registry;
