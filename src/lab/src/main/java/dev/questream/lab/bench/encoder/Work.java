package dev.questream.lab.bench.encoder;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What one pass over a set of questions asks of an encoder.
 *
 * @param questions in a pass
 * @param tokens in a pass, special tokens included, no padding
 * @param maxTokens of the longest question
 * @param weightFlop operations in products with weights, in a pass
 * @param attentionFlop operations between tokens, in a pass
 * @param tokenCountsSha256 digest of the questions' token counts, in decimal, separated by commas:
 *     two programs with the same digest were given the same lengths in the same order
 */
public record Work(
    int questions,
    long tokens,
    int maxTokens,
    long weightFlop,
    long attentionFlop,
    String tokenCountsSha256) {

  static Work of(int[] tokenCounts, FlopCount flop) {
    return new Work(
        tokenCounts.length,
        Arrays.stream(tokenCounts).asLongStream().sum(),
        Arrays.stream(tokenCounts).max().orElse(0),
        Arrays.stream(tokenCounts).mapToLong(flop::weights).sum(),
        Arrays.stream(tokenCounts).mapToLong(flop::attention).sum(),
        digest(tokenCounts));
  }

  private static String digest(int[] tokenCounts) {
    String joined =
        Arrays.stream(tokenCounts).mapToObj(Integer::toString).collect(Collectors.joining(","));
    return dev.questream.weights.Sha256.of(joined.getBytes(StandardCharsets.UTF_8));
  }

  double meanTokens() {
    return (double) tokens / questions;
  }

  double flopPerQuestion() {
    return (double) (weightFlop + attentionFlop) / questions;
  }
}
