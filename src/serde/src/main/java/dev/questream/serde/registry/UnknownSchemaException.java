package dev.questream.serde.registry;

/** The registry has no Avro schema under an id: the record that names the id is at fault. */
public final class UnknownSchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnknownSchemaException(String message, Throwable cause) {
    super(message, cause);
  }
}
