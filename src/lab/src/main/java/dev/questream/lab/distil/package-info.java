/**
 * A reader's scores teach a question encoder: candidates are searched, scored, and learnt from,
 * epoch by epoch, with the recall of questions that are held out. The command {@code distil} is its
 * only caller.
 *
 * <p><b>Threading:</b> runs on the main thread; reader and search have workers of their own.
 */
package dev.questream.lab.distil;
