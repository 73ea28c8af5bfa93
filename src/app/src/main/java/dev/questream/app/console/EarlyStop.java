package dev.questream.app.console;

/**
 * Makes SIGTERM and SIGINT a clean stop from the first moment on: as long as nothing has begun
 * there is nothing to close, and the process just ends with status 0.
 *
 * <p>Loads no other class: the earlier it is there, the fewer stops come before it.
 */
public final class EarlyStop {
  private static final Thread HOOK =
      new Thread(() -> Runtime.getRuntime().halt(0), "questream-early-stop");

  private EarlyStop() {}

  /** Begins; {@link #disarm} must come before the process ends by itself. */
  public static void arm() {
    Runtime.getRuntime().addShutdownHook(HOOK);
  }

  /** From here on somebody else answers for a stop. Does nothing where it was not armed. */
  public static void disarm() {
    try {
      Runtime.getRuntime().removeShutdownHook(HOOK);
    } catch (IllegalStateException e) {
      return; // the stop has come, and ends the process
    }
  }
}
