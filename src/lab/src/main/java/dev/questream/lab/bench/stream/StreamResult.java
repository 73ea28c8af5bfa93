package dev.questream.lab.bench.stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.questream.lab.bench.BatchFill;
import dev.questream.lab.bench.Latency;
import dev.questream.lab.bench.Lines;
import dev.questream.lab.bench.MachineFacts;
import dev.questream.lab.bench.Spread;
import dev.questream.provenance.Provenance;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code bench stream} found. With {@code --json} these are the names of the fields, in snake
 * case; what is absent is left out.
 *
 * @param bench always {@code stream}
 * @param source where the questions are from
 * @param setup model and settings
 * @param machine where it was measured
 * @param loadAfter load average of the last minute at the end
 * @param capacity rate at saturation; absent if it was not measured
 * @param loads one for each rate, in the order in which they were asked for
 * @param warnings what a reader must know
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StreamResult(
    String bench,
    String source,
    Setup setup,
    MachineFacts machine,
    double loadAfter,
    Capacity capacity,
    List<Load> loads,
    List<String> warnings) {

  /**
   * Model and settings.
   *
   * @param workers of each process
   * @param processes that ran the application, the benchmark's own among them
   * @param settings what was set on the command line
   */
  public record Setup(
      @JsonUnwrapped Provenance provenance,
      int workers,
      int partitions,
      int processes,
      boolean embeddedBroker,
      Map<String, String> settings) {}

  /**
   * What the stream takes at most.
   *
   * @param questionsPerSecond from produce to committed embedding, the stream saturated
   * @param encoderQuestionsPerSecond the same encoder alone, measured between the rounds; absent
   *     for an encoder that costs nothing, and with several processes
   * @param shareOfEncoder median by median
   * @param rounds each saturated round in full
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Capacity(
      Spread questionsPerSecond,
      Spread encoderQuestionsPerSecond,
      Double shareOfEncoder,
      List<Load> rounds) {}

  /**
   * One load.
   *
   * @param rate questions a second that were asked for; absent at saturation, and for one question
   *     at a time
   * @param questionsPerSecond committed embeddings that were received, a second
   * @param counts what became of all questions, warm-up included
   * @param latency from the moment at which a question was due to its committed embedding in a
   *     consumer's hands
   * @param latencyFromSend the same from the call that sent it
   * @param stages what the threads of each stage did with their time
   * @param cost what it took
   * @param batches how full they were
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Load(
      Double rate,
      double questionsPerSecond,
      @JsonUnwrapped Counts counts,
      Latency latency,
      Latency latencyFromSend,
      StageShares stages,
      @JsonUnwrapped Cost cost,
      @JsonUnwrapped BatchFill batches) {}

  /**
   * Questions of a load.
   *
   * @param embedded of those sent
   * @param deadLetters of those sent
   * @param duplicates answers to questions that had been answered; always 0, or the promise is
   *     broken
   * @param reordered embeddings behind a later question's in one partition; always 0 as well
   */
  public record Counts(
      long sent, long embedded, long deadLetters, long duplicates, long reordered) {}

  /**
   * What a load took.
   *
   * @param cores processor time by kind of thread, in cores
   * @param allocatedBytesPerQuestion heap that the stream threads allocated
   * @param commitsPerSecond of all stream threads of this process; with exactly-once each is a
   *     transaction
   */
  public record Cost(
      Map<String, Double> cores, long allocatedBytesPerQuestion, double commitsPerSecond) {}

  static Map<String, Double> cores(Map<ThreadUse.Group, Double> cores) {
    Map<String, Double> named = new TreeMap<>();
    cores.forEach((group, used) -> named.put(group.name().toLowerCase(Locale.ROOT), used));
    return named;
  }

  /** Shows it to a person. */
  public void print(PrintStream out) {
    Lines lines = new Lines(out);
    lines.line(
        "stream",
        "%s, %s, %d workers, %d partitions%s%s",
        setup.provenance().model().id(),
        setup.provenance().computed().precision(),
        setup.workers(),
        setup.partitions(),
        setup.processes() > 1 ? ", %d processes".formatted(setup.processes()) : "",
        setup.embeddedBroker() ? ", embedded broker" : "");
    lines.machine(machine, loadAfter);
    if (capacity != null) {
      print(lines, capacity);
    }
    loads.forEach(load -> print(lines, load));
    lines.warnings(warnings);
  }

  private static void print(Lines lines, Capacity capacity) {
    lines.line("capacity", "%s questions/s", capacity.questionsPerSecond().shown("%,.0f"));
    if (capacity.encoderQuestionsPerSecond() != null) {
      lines.line("", "%s the encoder alone", capacity.encoderQuestionsPerSecond().shown("%,.0f"));
      lines.line("", "%.1f%% of the encoder", 100 * capacity.shareOfEncoder());
    }
    details(lines, capacity.rounds().get(capacity.rounds().size() - 1));
  }

  private static void print(Lines lines, Load load) {
    if (load.rate() == null) {
      lines.line("single", "one question at a time, %,d in all", load.latency().count());
    } else {
      lines.line(
          "rate",
          "%,.0f questions/s asked, %,.0f answered",
          load.rate(),
          load.questionsPerSecond());
    }
    details(lines, load);
  }

  private static void details(Lines lines, Load load) {
    Latency latency = load.latency();
    lines.line(
        "  latency",
        "p50 %,.0f  p99 %,.0f  p99.9 %,.0f  max %,.0f ms from due to committed",
        latency.p50(),
        latency.p99(),
        latency.p999(),
        latency.max());
    StageShares stages = load.stages();
    lines.line(
        "  stages",
        "stream thread: poll %.0f%%, process %.0f%%, punctuate %.0f%%, commit %.0f%%;"
            + " tokenizer %.0f%%; workers %.0f%%",
        100 * stages.poll(),
        100 * stages.process(),
        100 * stages.punctuate(),
        100 * stages.commit(),
        100 * stages.tokenize(),
        100 * stages.encode());
    StringBuilder cores = new StringBuilder();
    load.cost()
        .cores()
        .forEach(
            (group, used) -> cores.append(String.format(Locale.ROOT, " %s %.2f", group, used)));
    lines.line("  cores", "%s", cores.toString().strip());
    lines.line(
        "  memory",
        "%,d bytes allocated a question on stream threads",
        load.cost().allocatedBytesPerQuestion());
    lines.line("  commits", "%.1f a second", load.cost().commitsPerSecond());
    lines.line(
        "  batches",
        "mean %.1f questions and %.0f tokens",
        load.batches().meanBatchQuestions(),
        load.batches().meanBatchTokens());
  }
}
