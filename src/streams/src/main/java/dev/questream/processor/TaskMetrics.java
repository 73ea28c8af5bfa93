package dev.questream.processor;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.metrics.MeasurableStat;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.Sensor.RecordingLevel;
import org.apache.kafka.common.metrics.stats.Avg;
import org.apache.kafka.common.metrics.stats.CumulativeCount;
import org.apache.kafka.common.metrics.stats.Max;
import org.apache.kafka.common.metrics.stats.Value;
import org.apache.kafka.streams.StreamsMetrics;

/**
 * A task's metrics as Kafka Streams sensors, in the group {@value #GROUP}, and the observer of the
 * process.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class TaskMetrics {
  static final String GROUP = "questream-task-metrics";

  private final StreamsMetrics metrics;
  private final String task;
  private final String node;
  private final EmbedObserver observer;
  private final List<Sensor> sensors = new ArrayList<>();
  private final Map<DeadLetterReason, Sensor> deadLetters = new EnumMap<>(DeadLetterReason.class);
  private final Sensor pending;
  private final Sensor windowQuestions;
  private final Sensor windowAge;
  private final Sensor endToEnd;
  private final Sensor truncated;
  private final Sensor deletions;
  private final Sensor restored;
  private final Sensor skipped;
  private int lastPending;

  TaskMetrics(StreamsMetrics metrics, String task, String node, EmbedObserver observer) {
    this.metrics = metrics;
    this.task = task;
    this.node = node;
    this.observer = observer;
    pending = sensor("pending", Map.of());
    add(pending, "pending", "Questions read and not yet answered", new Value());
    windowQuestions = sensor("window-questions", Map.of());
    add(windowQuestions, "window-questions-avg", "Mean questions of a window", new Avg());
    windowAge = sensor("window-age", Map.of());
    add(windowAge, "window-age-avg", "Mean age in ms at which windows are closed", new Avg());
    add(windowAge, "window-age-max", "Highest age in ms at which a window was closed", new Max());
    endToEnd = sensor("end-to-end", Map.of());
    add(endToEnd, "embeddings-total", "Embeddings forwarded", new CumulativeCount());
    add(
        endToEnd,
        "end-to-end-latency-avg",
        "Mean ms from a question's timestamp to its embedding",
        new Avg());
    add(
        endToEnd,
        "end-to-end-latency-max",
        "Highest ms from a question's timestamp to its embedding",
        new Max());
    truncated = sensor("truncated", Map.of());
    add(
        truncated,
        "truncated-total",
        "Embeddings of questions that were cut",
        new CumulativeCount());
    deletions = sensor("deletions", Map.of());
    add(deletions, "deletions-total", "Deletions forwarded", new CumulativeCount());
    restored = sensor("restored", Map.of());
    add(
        restored,
        "restored-total",
        "Pending questions taken up again from the store",
        new CumulativeCount());
    skipped = sensor("skipped", Map.of());
    add(
        skipped,
        "skipped-total",
        "Records that ask and delete nothing, or nothing new",
        new CumulativeCount());
  }

  private Sensor sensor(String name, Map<String, String> tags) {
    Sensor sensor =
        metrics.addSensor(
            "questream." + task + "." + node + "." + name + tags.values(), RecordingLevel.INFO);
    sensors.add(sensor);
    return sensor;
  }

  private void add(Sensor sensor, String name, String description, MeasurableStat stat) {
    sensor.add(
        new MetricName(
            name, GROUP, description, Map.of("task-id", task, "processor-node-id", node)),
        stat);
  }

  void pending(int questions) {
    pending.record(questions);
    observer.pending(questions - lastPending);
    lastPending = questions;
  }

  void windowClosed(int questions, long ageMs) {
    windowQuestions.record(questions);
    windowAge.record(ageMs);
    observer.windowClosed(questions, ageMs);
  }

  void embedded(long endToEndMs, boolean cut) {
    endToEnd.record(endToEndMs);
    if (cut) {
      truncated.record();
    }
    observer.embedded(endToEndMs, cut);
  }

  void deleted() {
    deletions.record();
    observer.deleted();
  }

  void restored() {
    restored.record();
  }

  void skipped(String kind) {
    skipped.record();
    observer.skipped(kind);
  }

  void deadLetter(DeadLetterReason reason) {
    deadLetters.computeIfAbsent(reason, this::deadLetterSensor).record();
    observer.deadLetter(reason);
  }

  void idMoved() {
    observer.idMoved();
  }

  void answering(Trail trail, DeadLetterReason reason, Headers headers) {
    observer.answering(trail, reason, headers);
  }

  private Sensor deadLetterSensor(DeadLetterReason reason) {
    Sensor sensor = sensor("dead-letters", Map.of("reason", reason.code()));
    sensor.add(
        new MetricName(
            "dead-letters-total",
            GROUP,
            "Records that went to the dead letters",
            Map.of("task-id", task, "processor-node-id", node, "reason", reason.code())),
        new CumulativeCount());
    return sensor;
  }

  void close() {
    observer.pending(-lastPending);
    sensors.forEach(metrics::removeSensor);
  }
}
