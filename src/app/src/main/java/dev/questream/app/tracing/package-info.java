/**
 * Traces: the spans of questions, as OpenTelemetry has them.
 *
 * <p>The only package that knows OpenTelemetry, of which nothing is loaded unless traces are
 * switched on. <b>Threading:</b> spans are made on stream threads and sent on one of their own.
 */
package dev.questream.app.tracing;
