package dev.questream.serde;

import org.apache.kafka.common.KafkaException;

/** The schema registry did not answer, or refused. */
public final class SchemaRegistryException extends KafkaException {
  private static final long serialVersionUID = 1L;

  /** HTTP status of the answer; 0 if there was none. */
  private final int status;

  public SchemaRegistryException(String message, int status) {
    super(message);
    this.status = status;
  }

  public SchemaRegistryException(String message, Throwable cause) {
    super(message, cause);
    this.status = 0;
  }

  /** Whether the registry answered that it does not know the schema. */
  boolean notFound() {
    return status == 404;
  }
}
