package dev.questream.serde;

import org.apache.kafka.common.KafkaException;

/** The schema registry did not answer, or refused. */
public final class SchemaRegistryException extends KafkaException {
  private static final long serialVersionUID = 1L;

  private final int status;

  public SchemaRegistryException(String message, int status) {
    super(message);
    this.status = status;
  }

  public SchemaRegistryException(String message, Throwable cause) {
    super(message, cause);
    this.status = 0;
  }

  /** HTTP status of the answer; 0 if there was none. */
  int status() {
    return status;
  }
}
