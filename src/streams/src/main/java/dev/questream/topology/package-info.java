/**
 * Names and wires the nodes, the store and the topics. The result is {@code topology/topology.txt}.
 *
 * <p>May import {@code processor}, {@code serde}, {@code config} and {@code encoder}.
 * <b>Threading:</b> runs once at start.
 */
package dev.questream.topology;
