/**
 * The commands of {@code questream}. Data goes to standard output, everything else to standard
 * error.
 *
 * <p><b>Threading:</b> each command runs on the main thread.
 */
package dev.questream.app.command;
