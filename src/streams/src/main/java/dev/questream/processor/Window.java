package dev.questream.processor;

import dev.questream.encoder.TokenEstimate;
import java.util.ArrayList;
import java.util.List;

/**
 * The questions of a task that wait to be submitted together. It is full by count or by estimated
 * tokens, and due by the age of its first question.
 */
final class Window {
  private final EmbedSettings.WindowBounds bounds;
  private final int maxTokensPerText;
  private final List<InFlight> questions = new ArrayList<>();
  private long tokens;
  private long openedAtMs;

  Window(EmbedSettings.WindowBounds bounds, int maxTokensPerText) {
    this.bounds = bounds;
    this.maxTokensPerText = maxTokensPerText;
  }

  void add(InFlight question, String text, long nowMs) {
    if (questions.isEmpty()) {
      openedAtMs = nowMs;
    }
    questions.add(question);
    tokens += TokenEstimate.of(text, maxTokensPerText);
  }

  boolean full() {
    return questions.size() >= bounds.maxQuestions() || tokens >= bounds.maxTokens();
  }

  boolean due(long nowMs) {
    return !questions.isEmpty() && ageMs(nowMs) >= bounds.maxAge().toMillis();
  }

  /** How long the first question has waited. */
  long ageMs(long nowMs) {
    return nowMs - openedAtMs;
  }

  /** Closes the window: gives its questions and begins anew. */
  List<InFlight> close() {
    List<InFlight> closed = List.copyOf(questions);
    questions.clear();
    tokens = 0;
    return closed;
  }
}
