package dev.questream.lab.chaos.guarantee;

/**
 * A record of the questions topic that the broker has acknowledged.
 *
 * @param number which one of the workload it is, from 0
 * @param partition of the questions topic
 * @param offset in that partition
 */
public record Produced(int number, int partition, long offset) {}
