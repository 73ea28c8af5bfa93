/**
 * Answer recall: which found passages answer, how often the first k hold an answer, and how sure
 * the difference between two models is.
 *
 * <p>May import the other packages of {@code retrieval}, and {@code plot}. <b>Threading:</b>
 * everything is immutable once it is made.
 */
package dev.questream.lab.retrieval.recall;
