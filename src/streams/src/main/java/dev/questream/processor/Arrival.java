package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.avro.Question;
import dev.questream.encoder.EncoderInput;
import dev.questream.serde.QuestionDecoder;
import dev.questream.serde.Reading;
import dev.questream.serde.WireException;
import java.nio.ByteBuffer;

/** What a record of the questions topic turns out to be. */
sealed interface Arrival {

  /** The question's id, empty if there is none. */
  String id();

  /**
   * A question with its id settled.
   *
   * @param title empty if it has none
   */
  record Asked(Question question, String title) implements Arrival {
    Asked(Question question) {
      this(question, "");
    }

    @Override
    public String id() {
      return question.getId();
    }
  }

  /**
   * The question's embedding is to be deleted.
   *
   * @param byEvent whether a value says so; otherwise there is none
   */
  record Deleted(String id, boolean byEvent) implements Arrival {}

  /**
   * Nothing to answer, such as a heartbeat.
   *
   * @param kind what it is
   */
  record Skipped(String kind) implements Arrival {
    @Override
    public String id() {
      return "";
    }
  }

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
      Reading reading =
          decoder.read(key, value, PendingRecords.headers(pending), pending.getTimestampMs());
      if (reading instanceof Reading.Asked asked) {
        return asked(asked, position, decoder);
      }
      return reading instanceof Reading.Deleted deleted
          ? deletion(deleted)
          : new Skipped(((Reading.Skipped) reading).kind());
    } catch (WireException e) {
      return new Rejected(DeadLetterReason.UNREADABLE, e.getMessage(), e);
    }
  }

  private static Arrival asked(
      Reading.Asked read, SourcePosition position, QuestionDecoder decoder) {
    Question question = read.question();
    if (EncoderInput.question(question.getText()).isBlank()) {
      return decoder.readsRows() && !question.getId().isEmpty()
          ? new Deleted(question.getId(), true) // as NULL: the old text's vector must not stay
          : new Rejected(
              DeadLetterReason.EMPTY_TEXT,
              "the question has no text: " + decoder.textSources() + " is blank",
              null);
    }
    return new Asked(
        question.getId().isEmpty() ? withId(question, position.id()) : question, read.title());
  }

  /** Not by a builder, which would look classes up by Avro's process-wide list of trusted ones. */
  private static Question withId(Question question, String id) {
    return new Question(id, question.getText(), question.getMetadata(), question.getAskedAtMs());
  }

  private static Arrival deletion(Reading.Deleted read) {
    return read.id().isEmpty()
        ? new Rejected(DeadLetterReason.UNREADABLE, "the record has neither key nor value", null)
        : new Deleted(read.id(), read.byEvent());
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
