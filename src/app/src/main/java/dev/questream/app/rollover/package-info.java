/**
 * Two applications with different models on the same questions: how far the new one is, how its
 * embeddings differ, and whether consumers may be pointed at them.
 *
 * <p>Part of {@code app}. <b>Threading:</b> one thread.
 */
package dev.questream.app.rollover;
