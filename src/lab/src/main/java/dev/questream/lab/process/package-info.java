/**
 * Processes of this program's own classes, which end with the one that started them.
 *
 * <p><b>Threading:</b> a child belongs to one thread.
 */
package dev.questream.lab.process;
