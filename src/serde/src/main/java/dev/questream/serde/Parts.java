package dev.questream.serde;

import dev.questream.serde.fields.Datum;
import dev.questream.serde.fields.JsonDatum;
import dev.questream.serde.fields.RecordParts;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** A record of Kafka, of which the value has been read. Used by one thread. */
final class Parts implements RecordParts {
  private final KeyReader keys;
  private final byte[] keyBytes;
  private final Headers headers;
  private final long timestampMs;
  private final Datum value;
  private Datum key; // null until it is asked for

  Parts(KeyReader keys, byte[] keyBytes, Headers headers, long timestampMs, Datum value) {
    this.keys = keys;
    this.keyBytes = keyBytes;
    this.headers = headers;
    this.timestampMs = timestampMs;
    this.value = value;
  }

  /** The same record with what is inside of its value. */
  Parts with(Datum inside) {
    return inside == value ? this : new Parts(keys, keyBytes, headers, timestampMs, inside);
  }

  @Override
  public Datum value() {
    return value;
  }

  @Override
  public Datum key() {
    if (key == null && keyBytes != null) {
      key = keys.read(keyBytes, headers);
    }
    return key;
  }

  @Override
  public Datum header(String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? null
        : JsonDatum.text(Utf8.decode(header.value(), "the header " + name));
  }

  @Override
  public boolean hasHeader(String name) {
    return headers.lastHeader(name) != null;
  }

  @Override
  public long timestampMs() {
    return timestampMs;
  }
}
