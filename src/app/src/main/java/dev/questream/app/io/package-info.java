/**
 * Files of texts in, files of vectors out.
 *
 * <p><b>Threading:</b> one thread at a time.
 */
package dev.questream.app.io;
