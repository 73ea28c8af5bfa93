package dev.questream.engine;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;

/** Calls methods of TorchScript modules other than {@code forward}. */
final class Graphs {
  /** DJL takes the method from the name of a first argument that is not passed on. */
  static final String METHOD = "module_method:";

  private Graphs() {}

  /**
   * Calls a method for what it does to the module.
   *
   * @param rows of the batch that it is given
   */
  static void switchOn(Model model, String method, long rows) throws TranslateException {
    try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
        NDManager manager = model.getNDManager().newSubManager()) {
      NDArray name = manager.zeros(new Shape(1));
      name.setName(METHOD + method);
      predictor.predict(new NDList(name, manager.zeros(new Shape(rows)))).close();
    }
  }
}
