/**
 * Exact inner-product search, and the files of passages and questions that retrieval is measured
 * with.
 *
 * <p>May import {@code encoder} and Jackson. <b>Threading:</b> an index is immutable once it is
 * built.
 */
package dev.questream.retrieval;
