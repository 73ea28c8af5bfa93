package dev.questream.serde.registry;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;

/** The schema registry did not answer, or refused. */
public final class SchemaRegistryException extends KafkaException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final boolean unanswered;

  public SchemaRegistryException(String message, int status) {
    this(message, status, null, false);
  }

  public SchemaRegistryException(String message, Throwable cause) {
    this(message, 0, cause, false);
  }

  private SchemaRegistryException(String message, int status, Throwable cause, boolean unanswered) {
    super(message, cause);
    this.status = status;
    this.unanswered = unanswered;
  }

  /** There was no answer, and there may be one the next time. */
  static SchemaRegistryException passing(String message, Throwable cause) {
    return new SchemaRegistryException(message, 0, cause, true);
  }

  /** None of several instances answered. */
  static SchemaRegistryException all(List<SchemaRegistryException> failures) {
    SchemaRegistryException last = failures.get(failures.size() - 1);
    if (failures.size() == 1) {
      return last;
    }
    String messages =
        failures.stream()
            .map(SchemaRegistryException::getMessage)
            .collect(Collectors.joining("; "));
    return new SchemaRegistryException(messages, last.status, last.getCause(), last.unanswered);
  }

  /** The same, with how often it was tried. */
  SchemaRegistryException after(int attempts) {
    return attempts == 1
        ? this
        : new SchemaRegistryException(
            "%s (tried %d times)".formatted(getMessage(), attempts),
            status,
            getCause(),
            unanswered);
  }

  /** HTTP status of the answer; 0 if there was none. */
  int status() {
    return status;
  }

  /** Whether the same request may well succeed a little later, or elsewhere. */
  boolean mayPass() {
    return unanswered || status == 408 || status == 429 || status / 100 == 5;
  }
}
