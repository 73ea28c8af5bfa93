/**
 * The promises of the application as objects that watch what is produced and what a {@code
 * read_committed} consumer sees, and say what they found wrong.
 *
 * <p>May import {@code avro} and {@code serde}. Memory is a few bytes per question: what a question
 * was like is computed again from its number, never kept. <b>Threading:</b> one thread at a time;
 * the caller locks.
 */
package dev.questream.lab.chaos.guarantee;
