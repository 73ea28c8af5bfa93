/**
 * The configured model as an encoder, for the application and for anybody who uses Questream as a
 * library.
 *
 * <p>May import {@code config}, {@code encoder}, {@code checkpoint}, {@code hub} and {@code
 * engine}. <b>Threading:</b> opening blocks its caller; what is opened is safe for any thread.
 */
package dev.questream.model;
