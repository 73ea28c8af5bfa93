/**
 * The commands {@code rollover ...}: options around {@code app.rollover}.
 *
 * <p><b>Threading:</b> a command runs on one thread.
 */
package dev.questream.app.command.rollover;
