/**
 * Answer recall from end to end: questions and passages become vectors, are searched, judged and
 * reported. The command {@code evaluate} is its only caller.
 *
 * <p><b>Threading:</b> runs on the main thread; the encoder and the search have workers of their
 * own.
 */
package dev.questream.lab.evaluate;
