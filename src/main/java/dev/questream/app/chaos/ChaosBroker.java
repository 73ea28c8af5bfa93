package dev.questream.app.chaos;

import dev.questream.app.runtime.EmbeddedBroker;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Main class of the broker's process: {@code ChaosBroker FOLDER PORT}. */
public final class ChaosBroker {
  /**
   * Members that die are noticed soon, and what a vanished process left open is ended soon, so that
   * a run holds many faults.
   */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "group.min.session.timeout.ms",
          "1000",
          "transaction.abort.timed.out.transaction.cleanup.interval.ms",
          "1000");

  private ChaosBroker() {}

  public static void main(String[] arguments) throws InterruptedException {
    ParentWatch.start();
    EmbeddedBroker broker =
        EmbeddedBroker.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]), SETTINGS);
    Child.reportReady();
    new CountDownLatch(1).await(); // until the process is killed
    broker.close();
  }
}
