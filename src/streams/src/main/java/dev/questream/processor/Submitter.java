package dev.questream.processor;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.QuestionEncoder;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Collects a task's questions in a window and submits it to the encoder when it is full or due.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class Submitter {
  private final QuestionEncoder encoder;
  private final String task;
  private final TaskMetrics metrics;
  private final Window window;

  /**
   * A submitter with an empty window.
   *
   * @param task what the encoder knows the task by
   */
  Submitter(
      QuestionEncoder encoder,
      String task,
      EmbedSettings.WindowBounds bounds,
      TaskMetrics metrics) {
    this.encoder = encoder;
    this.task = task;
    this.metrics = metrics;
    this.window = new Window(bounds, encoder.info().maxTokens());
  }

  void add(InFlight question, Arrival.Asked asked, long nowMs) {
    window.add(question, asked.title() + asked.question().getText(), nowMs);
    if (window.full()) {
      submit(nowMs);
    }
  }

  void submitIfDue(long nowMs) {
    if (window.due(nowMs)) {
      submit(nowMs);
    }
  }

  /** Submits the window as it is; does nothing if it is empty. */
  void submit(long nowMs) {
    long ageMs = window.ageMs(nowMs);
    List<InFlight> closed = window.close();
    if (closed.isEmpty()) {
      return;
    }
    metrics.windowClosed(closed.size(), ageMs);
    List<EncoderInput> texts = closed.stream().map(Submitter::input).toList();
    List<CompletableFuture<Embedding>> futures = encoder.submit(task, texts);
    for (int i = 0; i < closed.size(); i++) {
      closed.get(i).submitted(futures.get(i));
    }
  }

  private static EncoderInput input(InFlight question) {
    Arrival.Asked asked = (Arrival.Asked) question.arrival();
    return new EncoderInput(asked.title(), asked.question().getText());
  }
}
