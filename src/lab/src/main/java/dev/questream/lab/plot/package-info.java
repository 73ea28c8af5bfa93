/**
 * Pictures of figures, as SVG documents of their own: white, so that they are readable on any
 * ground.
 *
 * <p>May import nothing. <b>Threading:</b> one thread.
 */
package dev.questream.lab.plot;
