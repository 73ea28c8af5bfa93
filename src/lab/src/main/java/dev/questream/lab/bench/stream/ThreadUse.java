package dev.questream.lab.bench.stream;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the threads of this process have used since they were started, by what they are for.
 *
 * @param atNanos when this was looked at
 * @param cpuNanos processor time
 * @param allocatedBytes bytes allocated on the heap
 */
record ThreadUse(long atNanos, Map<Group, Long> cpuNanos, Map<Group, Long> allocatedBytes) {
  private static final Pattern STREAM_THREAD = // the names of its clients' threads go on behind it
      Pattern.compile(".*-StreamThread-\\d+");

  /** What a thread is for. */
  enum Group {
    /** Kafka Streams' threads: poll, process, harvest, forward, serialize, commit. */
    STREAM,
    TOKENIZER,
    ENCODER,
    /** Network and heartbeat threads of producers and consumers, the benchmark's among them. */
    CLIENTS,
    /** The benchmark's own sender and receiver. */
    BENCH,
    /** The embedded broker, and whatever else has a thread. */
    OTHER,
    /** Threads that Java does not list: collection, compilation, helpers of a call of libtorch. */
    NATIVE
  }

  /** Looks now. */
  static ThreadUse now() {
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    Map<Group, Long> cpu = new EnumMap<>(Group.class);
    Map<Group, Long> allocated = new EnumMap<>(Group.class);
    long listed = 0;
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null) { // it has ended meanwhile
        Group group = group(thread.getThreadName());
        long nanos = Math.max(0, threads.getThreadCpuTime(thread.getThreadId()));
        long bytes = Math.max(0, threads.getThreadAllocatedBytes(thread.getThreadId()));
        cpu.merge(group, nanos, Long::sum);
        allocated.merge(group, bytes, Long::sum);
        listed += nanos;
      }
    }
    cpu.put(Group.NATIVE, Math.max(0, processNanos() - listed));
    return new ThreadUse(System.nanoTime(), cpu, allocated);
  }

  private static long processNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  static Group group(String thread) {
    if (STREAM_THREAD.matcher(thread).matches()) {
      return Group.STREAM;
    }
    if (thread.startsWith("questream-encoder")) {
      return Group.ENCODER;
    }
    if (thread.startsWith("questream-tokenizer")) {
      return Group.TOKENIZER;
    }
    if (thread.equals("main") || thread.equals(Sender.THREAD)) {
      return Group.BENCH;
    }
    if (thread.startsWith("kafka-producer-network")
        || thread.startsWith("kafka-coordinator-heartbeat")
        || thread.startsWith("kafka-admin-client")) {
      return Group.CLIENTS;
    }
    return Group.OTHER;
  }

  /** Processor time since {@code before}, in cores: 1 is one core all the time. */
  Map<Group, Double> coresSince(ThreadUse before) {
    Map<Group, Double> cores = new EnumMap<>(Group.class);
    double wall = atNanos - before.atNanos;
    cpuNanos.forEach(
        (group, nanos) ->
            cores.put(group, Math.max(0, nanos - before.cpuNanos.getOrDefault(group, 0L)) / wall));
    return cores;
  }

  /** Bytes that a group has allocated since {@code before}. */
  long allocatedSince(ThreadUse before, Group group) {
    return Math.max(
        0, allocatedBytes.getOrDefault(group, 0L) - before.allocatedBytes.getOrDefault(group, 0L));
  }
}
