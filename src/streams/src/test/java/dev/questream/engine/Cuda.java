package dev.questream.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;

/** Whether tests can use a CUDA device. */
final class Cuda {
  private Cuda() {}

  static boolean isHere() {
    Libtorch.load();
    Engine engine = Engine.getEngine("PyTorch");
    return engine.hasCapability(StandardCapabilities.CUDA) && engine.getGpuCount() > 0;
  }
}
