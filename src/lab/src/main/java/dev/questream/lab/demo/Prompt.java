package dev.questream.lab.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The lines that are typed.
 *
 * <p><b>Threading:</b> for the thread that a stop interrupts. No interrupt ends a read, so that is
 * done on a thread of its own, which is left behind.
 */
final class Prompt {
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>(1);

  Prompt(InputStream in) {
    Thread thread = new Thread(() -> read(in), "questream-prompt");
    thread.setDaemon(true);
    thread.start();
  }

  private void read(InputStream in) {
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    try {
      for (String line = line(reader); line != null; line = line(reader)) {
        lines.put(Optional.of(line));
      }
      lines.put(Optional.empty());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String line(BufferedReader reader) {
    try {
      return reader.readLine();
    } catch (IOException e) {
      return null; // the terminal is gone
    }
  }

  /** Waits for the next line; empty where there are no more. */
  Optional<String> next() {
    try {
      return lines.take();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
