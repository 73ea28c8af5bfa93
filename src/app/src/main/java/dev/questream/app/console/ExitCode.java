package dev.questream.app.console;

/** What the process's exit status means; a documented contract. */
public enum ExitCode {
  OK(0),
  /** Something failed while running; the log says what. */
  FAILED(1),
  /** A wrong flag, setting or value. */
  USAGE(2),
  /** The model is missing, damaged or of the wrong kind. */
  MODEL(3),
  /** Kafka or the schema registry is not reachable, or a topic is missing. */
  KAFKA(4),
  /** This machine lacks something: disk space, a free port, a readable file, Java 17. */
  ENVIRONMENT(5),
  /** Done, but some inputs were rejected; they are named in the output. */
  REJECTED(6),
  /** A roll-over is not ready to cut over. */
  NOT_READY(7),
  /** A model learnt and became no better; nothing is written. */
  NO_BETTER(8),
  /** A training has come to a loss or a gradient that is no number. */
  DIVERGED(9);

  private final int status;

  ExitCode(int status) {
    this.status = status;
  }

  public int status() {
    return status;
  }
}
