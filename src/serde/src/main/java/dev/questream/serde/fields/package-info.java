/**
 * What of a record makes a question: settings that name fields, and envelopes around them.
 *
 * <p>{@link dev.questream.serde.fields.Mapping} says where id, text, title, metadata and time are
 * found, {@link dev.questream.serde.fields.Path} walks to them through {@link
 * dev.questream.serde.fields.Datum}, whatever the format. Knows no wire format. May import the
 * generated records, Jackson and Kafka's configuration.
 *
 * <p><b>Threading:</b> values, safe for any thread.
 */
package dev.questream.serde.fields;
