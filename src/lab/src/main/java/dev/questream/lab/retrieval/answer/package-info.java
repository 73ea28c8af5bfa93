/**
 * Whether a passage has an answer, decided as DPR's {@code has_answer} decides it.
 *
 * <p>Imports the JDK only. <b>Threading:</b> everything is immutable.
 */
package dev.questream.lab.retrieval.answer;
