/**
 * What a person sees of the command line: progress on standard error, a bar on a terminal and plain
 * lines elsewhere; failures with an exit status.
 *
 * <p><b>Threading:</b> one thread at a time.
 */
package dev.questream.app.console;
