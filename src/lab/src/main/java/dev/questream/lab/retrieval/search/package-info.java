/**
 * Exact search by inner product over any number of passages in bounded memory.
 *
 * <p>May import {@code retrieval.vector} and {@code retrieval}. The matrix product is behind {@link
 * dev.questream.engine.InnerProducts}. <b>Threading:</b> a search runs its own workers.
 */
package dev.questream.lab.retrieval.search;
