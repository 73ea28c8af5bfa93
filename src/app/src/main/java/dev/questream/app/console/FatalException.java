package dev.questream.app.console;

/** Ends the process with a message for a person and an exit status for scripts. */
public final class FatalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  public FatalException(ExitCode exitCode, String message) {
    this(exitCode, message, null);
  }

  public FatalException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  public ExitCode exitCode() {
    return exitCode;
  }
}
