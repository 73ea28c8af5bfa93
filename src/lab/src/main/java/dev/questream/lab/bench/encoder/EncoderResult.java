package dev.questream.lab.bench.encoder;

import dev.questream.checkpoint.BertConfig;
import dev.questream.encoder.BatchingEncoder;
import dev.questream.encoder.EncoderInfo;
import dev.questream.lab.bench.Latency;
import dev.questream.lab.bench.Lines;
import dev.questream.lab.bench.MachineFacts;
import dev.questream.lab.bench.Spread;
import dev.questream.torchscript.LinearKernels;
import java.io.PrintStream;
import java.util.List;
import java.util.Objects;

/**
 * What {@code bench encoder} found. With {@code --json} these are the names of the fields, in snake
 * case.
 *
 * @param bench always {@code encoder}
 * @param mode {@code batch} or {@code single}
 * @param source where the questions are from
 * @param leftOut questions that cannot be encoded
 * @param work what a pass over the questions asks for
 * @param setup model and settings
 * @param machine where it was measured
 * @param loadAfter load average of the last minute at the end
 * @param questionsPerSecond rate
 * @param tokensPerSecond real tokens
 * @param gflopPerSecond useful work by {@link FlopCount}, in 10⁹ operations a second
 * @param matrixGflopPerSecond the machine's own rate of matrix products in the same precision, with
 *     as many threads as took part
 * @param kernels whose kernels multiplied, in the encoder and in those products
 * @param shareOfMatrixRate median of useful work by median of the machine's rate
 * @param latency only in mode {@code single}
 * @param meanBatchQuestions questions in a batch
 * @param meanBatchTokens tokens in a batch
 * @param warnings what a reader must know
 */
public record EncoderResult(
    String bench,
    String mode,
    String source,
    int leftOut,
    Work work,
    Setup setup,
    MachineFacts machine,
    double loadAfter,
    Spread questionsPerSecond,
    Spread tokensPerSecond,
    Spread gflopPerSecond,
    Spread matrixGflopPerSecond,
    LinearKernels kernels,
    double shareOfMatrixRate,
    Singly latency,
    double meanBatchQuestions,
    double meanBatchTokens,
    List<String> warnings) {

  /** Model and settings. */
  public record Setup(
      String model,
      String weightsSha256,
      String precision,
      int workers,
      String device,
      int layers,
      int hidden,
      int intermediate,
      int dimensions,
      String pooling) {

    static Setup of(BatchingEncoder encoder, BertConfig model) {
      EncoderInfo info = encoder.info();
      return new Setup(
          info.modelId(),
          info.weightsSha256(),
          info.precision().label(),
          encoder.workers(),
          encoder.hardware().name(),
          model.layers(),
          model.hidden(),
          model.intermediate(),
          info.dimensions(),
          info.pooling().label());
    }
  }

  /**
   * Latency of questions asked one at a time, in milliseconds, over the rounds.
   *
   * @param p50 medians of the rounds
   * @param p99 99th percentiles of the rounds
   */
  public record Singly(Spread p50, Spread p99) {
    static Singly of(List<Latency> rounds) {
      if (rounds.stream().anyMatch(Objects::isNull)) {
        return null;
      }
      return new Singly(
          Spread.of(rounds.stream().mapToDouble(Latency::p50).toArray()),
          Spread.of(rounds.stream().mapToDouble(Latency::p99).toArray()));
    }
  }

  /** Shows it to a person. */
  public void print(PrintStream out) {
    Lines lines = new Lines(out);
    lines.line(
        "encoder",
        "%s, %s, %d workers on %s, one thread each, mode %s",
        setup.model(),
        setup.precision(),
        setup.workers(),
        setup.device(),
        mode);
    lines.line(
        "questions",
        "%,d of %s, mean %.1f tokens, longest %d",
        work.questions(),
        source,
        work.meanTokens(),
        work.maxTokens());
    lines.machine(machine, loadAfter);
    lines.line("rate", "%s questions/s", questionsPerSecond.shown("%,.0f"));
    lines.line("", "%s real tokens/s", tokensPerSecond.shown("%,.0f"));
    if (latency != null) {
      lines.line("latency", "p50 %s ms", latency.p50().shown("%.2f"));
      lines.line("", "p99 %s ms", latency.p99().shown("%.2f"));
    }
    lines.line(
        "work",
        "%s GFLOP/s useful; %.2f GFLOP a question, %.1f%% of it attention",
        gflopPerSecond.shown("%,.0f"),
        work.flopPerQuestion() / 1e9,
        100.0 * work.attentionFlop() / (work.weightFlop() + work.attentionFlop()));
    lines.line(
        "machine",
        "%s GFLOP/s in hot %s matrix products",
        matrixGflopPerSecond.shown("%,.0f"),
        setup.precision());
    lines.line("share", "%.1f%% of the machine's rate", 100 * shareOfMatrixRate);
    lines.line(
        "batches",
        "mean %.1f questions and %.0f tokens, no padding",
        meanBatchQuestions,
        meanBatchTokens);
    lines.warnings(warnings);
  }
}
