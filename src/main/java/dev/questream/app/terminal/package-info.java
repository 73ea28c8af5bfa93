/**
 * What a person sees: progress on standard error, a bar on a terminal and plain lines elsewhere.
 *
 * <p><b>Threading:</b> one thread at a time.
 */
package dev.questream.app.terminal;
