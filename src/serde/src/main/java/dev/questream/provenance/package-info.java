/**
 * Where a vector comes from: one type for the encoder that makes vectors, the records that carry
 * them, and every program that compares them.
 *
 * <p>May import the records ({@code avro}) and Jackson. <b>Threading:</b> values only.
 */
package dev.questream.provenance;
