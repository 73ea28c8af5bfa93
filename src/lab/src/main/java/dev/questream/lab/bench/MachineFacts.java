package dev.questream.lab.bench;

import dev.questream.engine.Platform;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * Where and when a measurement was made.
 *
 * @param processor name of the processor model
 * @param cores that this process may use
 * @param os name and version of the operating system
 * @param jdk version of Java
 * @param libtorch version of libtorch
 * @param loadBefore load average of the last minute when the measurement began; negative where the
 *     system has none
 */
public record MachineFacts(
    String processor, int cores, String os, String jdk, String libtorch, double loadBefore) {
  private static final double QUIET = 0.5;

  /** Looks at the machine now. */
  public static MachineFacts current() {
    Platform platform = Platform.current();
    return new MachineFacts(
        platform.processor(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Runtime.version().toString(),
        platform.libtorch(),
        load());
  }

  /** The load average of the last minute; negative where the system has none. */
  public static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** Whether so little else ran when the measurement began that its figures mean something. */
  public boolean quiet() {
    return loadBefore <= QUIET;
  }

  /** What a reader must know of a machine that was not quiet. */
  public String warning() {
    return String.format(
        Locale.ROOT,
        "the load average was %.2f when the measurement began, over %.1f: other programs took part,"
            + " and the figures are too low",
        loadBefore,
        QUIET);
  }
}
