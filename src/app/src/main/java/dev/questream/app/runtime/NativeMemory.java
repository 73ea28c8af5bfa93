package dev.questream.app.runtime;

import dev.questream.app.thread.DaemonScheduler;
import java.lang.management.ManagementFactory;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back, every minute, the native memory that is free but held. libtorch asks for buffers of
 * ever other sizes, so that the C library's heap gets holes, and the process grows for hours.
 *
 * <p>It is the diagnostic command {@code System.trim_native_heap}: Linux with glibc, Java 17.0.9
 * and later. Elsewhere it does nothing.
 *
 * <p><b>Threading:</b> works on a daemon thread of its own.
 */
final class NativeMemory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);
  private static final String COMMANDS = "com.sun.management:type=DiagnosticCommand";
  private static final String TRIM = "systemTrimNativeHeap";

  private final ScheduledExecutorService trimming =
      DaemonScheduler.named("questream-native-memory");

  NativeMemory() {
    trimming.scheduleWithFixedDelay(NativeMemory::trim, 1, 1, TimeUnit.MINUTES);
  }

  /**
   * Does it once.
   *
   * @return whether this virtual machine can
   */
  static boolean trim() {
    try {
      Object answer =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(new ObjectName(COMMANDS), TRIM, new Object[0], new String[0]);
      LOG.debug("Native memory: {}", answer);
      return true;
    } catch (JMException | RuntimeException e) {
      LOG.debug("Native memory is not trimmed", e);
      return false;
    }
  }

  @Override
  public void close() {
    trimming.shutdownNow();
  }
}
