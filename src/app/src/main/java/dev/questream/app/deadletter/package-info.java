/**
 * Dead letters as an operator meets them: read up to now, filtered, and replayed in transactions.
 *
 * <p>{@link dev.questream.app.deadletter.DeadLetterReplay} says what a replay promises.
 *
 * <p><b>Threading:</b> everything here is used by the one thread that runs a command.
 */
package dev.questream.app.deadletter;
