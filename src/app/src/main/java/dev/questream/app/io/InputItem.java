package dev.questream.app.io;

import dev.questream.encoder.EncoderInput;
import java.util.Map;

/** One input of a file, in order. */
public sealed interface InputItem {

  /** The input's own id, or its number in the file, counted from 1, with what was put before it. */
  String id();

  /** A text to encode, and what its line says of it under {@code metadata}. */
  record Text(String id, EncoderInput input, Map<String, String> metadata) implements InputItem {
    Text(String id, EncoderInput input) {
      this(id, input, Map.of());
    }
  }

  /** An input that cannot be read; the message says why. */
  record Unreadable(String id, String message) implements InputItem {}
}
