package dev.questream.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import dev.questream.weights.ModelException;

/** Sets libtorch up for many single-threaded workers, before it is loaded for the first time. */
final class Libtorch {

  private Libtorch() {}

  /**
   * Loads the native library.
   *
   * @return its version
   * @throws ModelException if it is not there for this platform or cannot be unpacked
   */
  static String load() {
    setUnlessSet("OPT_OUT_TRACKING", "true"); // DJL would look for cloud metadata on the network
    setUnlessSet("ai.djl.pytorch.num_threads", "1"); // one worker per core scales, threads do not
    setUnlessSet("ai.djl.pytorch.num_interop_threads", "1");
    setUnlessSet(
        "ai.djl.pytorch.graph_optimizer", "false"); // it would specialise on every new shape
    try {
      return Engine.getEngine("PyTorch").getVersion();
    } catch (EngineException | UnsatisfiedLinkError | IllegalStateException e) {
      throw new ModelException(
          ("libtorch could not be loaded on %s %s: %s. It is unpacked into ~/.djl.ai "
                  + "(or $DJL_CACHE_DIR), which must be writable and have 500 MB free.")
              .formatted(
                  System.getProperty("os.name"), System.getProperty("os.arch"), rootCause(e)),
          e);
    }
  }

  private static void setUnlessSet(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }

  private static Throwable rootCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
