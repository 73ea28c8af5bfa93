package dev.questream.djl;

/**
 * What encoders run on.
 *
 * @param libtorch version of the native library
 * @param processor name of the processor model
 */
public record Platform(String libtorch, String processor) {

  /**
   * Loads libtorch and looks at the processor.
   *
   * @throws dev.questream.checkpoint.ModelException if libtorch cannot be loaded
   */
  public static Platform current() {
    return new Platform(Libtorch.load(), Processor.name());
  }
}
