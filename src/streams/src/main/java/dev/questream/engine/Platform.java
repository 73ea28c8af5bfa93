package dev.questream.engine;

import ai.djl.engine.Engine;

/**
 * What encoders run on.
 *
 * @param djl version of DJL
 * @param libtorch version of the native library
 * @param processor name of the processor model
 */
public record Platform(String djl, String libtorch, String processor) {

  /**
   * Loads libtorch and looks at the processor.
   *
   * @throws dev.questream.weights.ModelException if libtorch cannot be loaded
   */
  public static Platform current() {
    String libtorch = Libtorch.load(); // first of all: it sets the engine up
    return new Platform(Engine.getDjlVersion(), libtorch, Cpu.name());
  }
}
