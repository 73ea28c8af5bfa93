package dev.questream.app.kafka;

/** Where a reader begins. */
public enum ReadFrom {
  BEGINNING,
  END
}
