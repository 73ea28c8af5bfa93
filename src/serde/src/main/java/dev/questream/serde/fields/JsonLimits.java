package dev.questream.serde.fields;

import com.fasterxml.jackson.core.StreamReadConstraints;

/** How long a part of a JSON record may be: Kafka bounds the record, so nothing else has to. */
public final class JsonLimits {
  private static final int MORE_THAN_A_RECORD = 128 << 20;

  public static final StreamReadConstraints NONE =
      StreamReadConstraints.builder()
          .maxStringLength(MORE_THAN_A_RECORD)
          .maxNameLength(MORE_THAN_A_RECORD)
          .build();

  private JsonLimits() {}
}
