package dev.questream.lab.process;

import dev.questream.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Starts a broker on a thread that no signal interrupts: one that is interrupted while it starts
 * ends the whole process.
 */
public final class UninterruptedBroker {

  private UninterruptedBroker() {}

  /** As {@link EmbeddedBroker#start(Path, int)}; an interrupt meanwhile is left for the caller. */
  public static EmbeddedBroker start(Path folder, int port) {
    try {
      return CompletableFuture.supplyAsync(
              () -> EmbeddedBroker.start(folder, port),
              task -> new Thread(task, "questream-broker-start").start())
          .join(); // which no interrupt ends
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException refused ? refused : e;
    }
  }
}
