/**
 * HTTP: a server that bad clients do not stop, who may use it, and what it says.
 *
 * <p>Knows Jetty and the JDK, nothing of what is served. <b>Threading:</b> requests are answered on
 * the server's threads, which no client can hold: bodies are read and written without waiting.
 */
package dev.questream.app.http;
