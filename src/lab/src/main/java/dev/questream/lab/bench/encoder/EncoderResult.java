package dev.questream.lab.bench.encoder;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.questream.checkpoint.EncoderConfig;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.lab.bench.BatchFill;
import dev.questream.lab.bench.Latency;
import dev.questream.lab.bench.Lines;
import dev.questream.lab.bench.MachineFacts;
import dev.questream.lab.bench.Spread;
import dev.questream.provenance.Provenance;
import dev.questream.torchscript.LinearKernels;
import java.io.PrintStream;
import java.util.List;
import java.util.Objects;

/**
 * What {@code bench encoder} found. With {@code --json} these are the names of the fields, in snake
 * case; what is absent is left out.
 *
 * @param bench always {@code encoder}
 * @param asked the questions, and how they were asked
 * @param setup model and settings
 * @param machine where it was measured
 * @param loadAfter load average of the last minute at the end
 * @param rates what the encoder does
 * @param matrices what the machine can do
 * @param memory the processor's, only in mode {@code single}
 * @param latency only in mode {@code single}
 * @param batches how full they were
 * @param warnings what a reader must know
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EncoderResult(
    String bench,
    @JsonUnwrapped Asked asked,
    Setup setup,
    MachineFacts machine,
    double loadAfter,
    @JsonUnwrapped Rates rates,
    @JsonUnwrapped Matrices matrices,
    @JsonUnwrapped Memory memory,
    Singly latency,
    @JsonUnwrapped BatchFill batches,
    List<String> warnings) {

  /**
   * Questions.
   *
   * @param mode {@code batch} or {@code single}
   * @param source where they are from
   * @param leftOut those that cannot be encoded
   * @param work what a pass over them asks for
   */
  public record Asked(String mode, String source, int leftOut, Work work) {}

  /** Model and settings. */
  public record Setup(
      @JsonUnwrapped Provenance provenance,
      int layers,
      int hidden,
      int intermediate,
      int workers,
      String device) {

    static Setup of(BatchingEncoder encoder, EncoderConfig model) {
      return new Setup(
          encoder.info().provenance(),
          model.layers(),
          model.hidden(),
          model.intermediate(),
          encoder.workers(),
          encoder.hardware().name());
    }
  }

  /**
   * What the encoder does in a second.
   *
   * @param tokensPerSecond real tokens
   * @param gflopPerSecond useful work by {@link FlopCount}, in 10⁹ operations a second
   */
  public record Rates(Spread questionsPerSecond, Spread tokensPerSecond, Spread gflopPerSecond) {

    static Rates of(Spread questionsPerSecond, Work work) {
      return new Rates(
          questionsPerSecond,
          questionsPerSecond.times(work.meanTokens()),
          questionsPerSecond.times(work.flopPerQuestion() / 1e9));
    }
  }

  /**
   * The machine's own matrix products in the same precision, by as many threads as took part.
   *
   * @param matrixGflopPerSecond their rate
   * @param kernels whose kernels multiplied, in the encoder and here
   * @param shareOfMatrixRate median of useful work by median of this rate
   */
  public record Matrices(
      Spread matrixGflopPerSecond, LinearKernels kernels, double shareOfMatrixRate) {}

  /**
   * Reading memory, by as many threads as a question takes: a question asked alone reads all
   * weights once.
   *
   * @param memoryGbPerSecond the rate, in 10⁹ bytes
   * @param weightsGb what a question reads, in 10⁹ bytes
   * @param shareOfMemoryRate median of what questions read in a second by median of this rate
   */
  public record Memory(Spread memoryGbPerSecond, double weightsGb, double shareOfMemoryRate) {

    static Memory of(Spread bytesPerSecond, long weightBytes, Spread questionsPerSecond) {
      return new Memory(
          bytesPerSecond.times(1e-9),
          weightBytes / 1e9,
          weightBytes * questionsPerSecond.median() / bytesPerSecond.median());
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
    Work work = asked.work();
    String precision = setup.provenance().computed().precision();
    lines.line(
        "encoder",
        "%s, %s, %d workers on %s, mode %s",
        setup.provenance().model().id(),
        precision,
        setup.workers(),
        setup.device(),
        asked.mode());
    lines.line(
        "questions",
        "%,d of %s, mean %.1f tokens, longest %d",
        work.questions(),
        asked.source(),
        work.meanTokens(),
        work.maxTokens());
    lines.machine(machine, loadAfter);
    lines.line("rate", "%s questions/s", rates.questionsPerSecond().shown("%,.0f"));
    lines.line("", "%s real tokens/s", rates.tokensPerSecond().shown("%,.0f"));
    if (latency != null) {
      lines.line("latency", "p50 %s ms", latency.p50().shown("%.2f"));
      lines.line("", "p99 %s ms", latency.p99().shown("%.2f"));
    }
    lines.line(
        "work",
        "%s GFLOP/s useful; %.2f GFLOP a question, %.1f%% of it attention",
        rates.gflopPerSecond().shown("%,.0f"),
        work.flopPerQuestion() / 1e9,
        100.0 * work.attentionFlop() / (work.weightFlop() + work.attentionFlop()));
    lines.line(
        "machine",
        "%s GFLOP/s in hot %s matrix products",
        matrices.matrixGflopPerSecond().shown("%,.0f"),
        precision);
    lines.line("share", "%.1f%% of the machine's rate", 100 * matrices.shareOfMatrixRate());
    if (memory != null) {
      lines.line(
          "memory",
          "%s GB/s read; a question's weights are %.2f GB, %.1f%% of this rate",
          memory.memoryGbPerSecond().shown("%.1f"),
          memory.weightsGb(),
          100 * memory.shareOfMemoryRate());
    }
    lines.line(
        "batches",
        "mean %.1f questions and %.0f tokens, no padding",
        batches.meanBatchQuestions(),
        batches.meanBatchTokens());
    lines.warnings(warnings);
  }
}
