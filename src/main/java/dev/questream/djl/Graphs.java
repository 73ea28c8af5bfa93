package dev.questream.djl;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.TranslateException;

/** Calls methods of TorchScript modules other than {@code forward}. */
final class Graphs {
  /** DJL takes the method from the name of a first argument that is not passed on. */
  private static final String METHOD = "module_method:";

  private Graphs() {}

  /** Calls a method; the caller closes the result. */
  static NDList call(Predictor<NDList, NDList> predictor, String method, NDList arguments)
      throws TranslateException {
    try (NDManager manager = arguments.get(0).getManager().newSubManager()) {
      NDArray name = manager.zeros(new Shape(1));
      name.setName(METHOD + method);
      NDList input = new NDList(name);
      input.addAll(arguments);
      return predictor.predict(input);
    }
  }

  /** Calls a method for what it does to the module. */
  static void switchOn(Predictor<NDList, NDList> predictor, String method, NDArray argument)
      throws TranslateException {
    call(predictor, method, new NDList(argument)).close();
  }
}
