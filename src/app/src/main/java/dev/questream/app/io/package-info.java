/**
 * Files of texts in, files of vectors out; documents as JSON.
 *
 * <p><b>Threading:</b> one thread at a time.
 */
package dev.questream.app.io;
