package dev.questream.lab.chaos.guarantee;

/**
 * One breach.
 *
 * @param what what was found and what was expected, with topic, partition, offset and id
 */
public record Violation(String what) {}
