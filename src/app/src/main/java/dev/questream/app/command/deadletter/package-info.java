/**
 * The commands {@code dlq ...}: options and text around {@code app.deadletter}.
 *
 * <p><b>Threading:</b> a command runs on one thread.
 */
package dev.questream.app.command.deadletter;
