package dev.questream.app.io;

import dev.questream.encoder.EncoderInput;
import java.util.Map;
import java.util.TreeMap;

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

  /**
   * A passage to encode. Records of our own have no place for a title but their metadata, so it
   * stands there too.
   *
   * @param title may be empty
   */
  static Text passage(String id, String title, String text, Map<String, String> metadata) {
    Map<String, String> titled = new TreeMap<>(metadata);
    if (!title.isEmpty()) {
      titled.put("title", title);
    }
    return new Text(id, EncoderInput.passage(title, text), titled);
  }

  /** An input that cannot be read; the message says why. */
  record Unreadable(String id, String message) implements InputItem {}
}
