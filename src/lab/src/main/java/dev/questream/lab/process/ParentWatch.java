package dev.questream.lab.process;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a child process when the process that started it is gone: its standard input is closed. */
final class ParentWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ParentWatch.class);
  private static final int ORPHANED = 7;

  private ParentWatch() {}

  /** Begins to watch, in the child. */
  static void start() {
    Thread watch = new Thread(ParentWatch::haltAtEnd, "questream-parent-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private static void haltAtEnd() {
    try {
      while (System.in.read() >= 0) {
        // nothing is ever sent; the end is all that matters
      }
    } catch (IOException e) {
      LOG.trace("No parent either", e);
    }
    Runtime.getRuntime().halt(ORPHANED);
  }
}
