package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.avro.Question;
import dev.questream.encoder.EncoderInput;
import dev.questream.serde.QuestionDecoder;
import dev.questream.serde.WireException;
import dev.questream.serde.registry.SchemaRegistryException;
import java.nio.ByteBuffer;

/** What a record of the questions topic turns out to be. */
sealed interface Arrival {

  /** The question's id, empty if there is none. */
  String id();

  /** A question with its id settled. */
  record Asked(Question question) implements Arrival {
    @Override
    public String id() {
      return question.getId();
    }
  }

  /** A key without a value: the question's embedding is to be deleted. */
  record Deleted(String id) implements Arrival {}

  /** Not a question; goes to the dead letters. */
  record Rejected(DeadLetterReason reason, String message, Throwable cause) implements Arrival {
    @Override
    public String id() {
      return "";
    }
  }

  /** Reads a record. Trouble with the schema registry is not the record's fault and is thrown. */
  static Arrival of(PendingQuestion pending, SourcePosition position, QuestionDecoder decoder) {
    byte[] key = bytes(pending.getKey());
    byte[] value = bytes(pending.getValue());
    try {
      if (value == null) {
        return deletion(QuestionDecoder.id(key));
      }
      Question question = decoder.decode(key, value, PendingRecords.headers(pending));
      if (EncoderInput.question(question.getText()).isBlank()) {
        return new Rejected(DeadLetterReason.EMPTY_TEXT, "the question has no text", null);
      }
      return new Asked(question.getId().isEmpty() ? withId(question, position.id()) : question);
    } catch (WireException e) {
      return new Rejected(DeadLetterReason.UNREADABLE, e.getMessage(), e);
    } catch (SchemaRegistryException e) {
      throw e;
    } catch (RuntimeException e) { // one that nobody thought of; it would come again for ever
      return new Rejected(DeadLetterReason.UNREADABLE, "it cannot be read: " + e, e);
    }
  }

  /** Not by a builder, which would look classes up by Avro's process-wide list of trusted ones. */
  private static Question withId(Question question, String id) {
    return new Question(id, question.getText(), question.getMetadata(), question.getAskedAtMs());
  }

  private static Arrival deletion(String id) {
    return id.isEmpty()
        ? new Rejected(DeadLetterReason.UNREADABLE, "the record has neither key nor value", null)
        : new Deleted(id);
  }

  /** The content of a buffer, or null. */
  static byte[] bytes(ByteBuffer buffer) {
    if (buffer == null) {
      return null;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
