package dev.questream.processor;

/**
 * Where a question lies in the pending store.
 *
 * @param key in the store; -1 if it is not there
 * @param offset of the record that it was made of
 * @param restored whether it was found there, and not read from its topic
 */
record Slot(long key, long offset, boolean restored) {

  /** Of a record that is answered at once. */
  static Slot none(long offset) {
    return new Slot(-1, offset, false);
  }
}
