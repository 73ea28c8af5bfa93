package dev.questream.app.io;

import dev.questream.encoder.EncoderInput;

/** One input of a file, in order. */
public sealed interface InputItem {

  /** The input's own id, or its number in the file, counted from 1. */
  String id();

  /** A text to encode. */
  record Text(String id, EncoderInput input) implements InputItem {}

  /** An input that cannot be read; the message says why. */
  record Unreadable(String id, String message) implements InputItem {}
}
