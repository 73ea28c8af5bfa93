/**
 * {@code questream demo}: broker, application, model and questions in one process.
 *
 * <p><b>Threading:</b> one thread, but for the one that keeps the stream busy.
 */
package dev.questream.lab.demo;
