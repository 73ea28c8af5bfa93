/**
 * What is logged, and how: set up before anything else, because loggers are made early.
 *
 * <p>The only package that knows Logback; everything else knows SLF4J. <b>Threading:</b> encoders
 * are called by one thread at a time.
 */
package dev.questream.app.log;
