package dev.questream.djl;

import ai.djl.engine.Engine;

/** What runs the model, for bug reports. Known once a model is open. */
public final class EngineVersions {
  private EngineVersions() {}

  /** The version of DJL. */
  public static String djl() {
    return Engine.getDjlVersion();
  }

  /** The version of libtorch; loads it if that has not been done. */
  public static String libtorch() {
    return Libtorch.load();
  }
}
