/**
 * The chaos runner: broker and application as processes of this machine, a stream of questions, and
 * faults by a seed, while the guarantees watch.
 *
 * <p>{@code ChaosBroker} and {@code ChaosApplication} are the main classes of the child processes.
 * <b>Threading:</b> one thread injects, one produces, one reads answers; the guarantees are guarded
 * by {@code Watch}'s lock.
 */
package dev.questream.lab.chaos;
