package dev.questream.engine;

import dev.questream.checkpoint.TinyCheckpoint;
import java.util.Arrays;

/**
 * BERT as its paper and {@code transformers} define it, in plain Java and double arithmetic: one
 * text at a time, every token, no batching.
 */
final class ReferenceBert {
  private final TinyCheckpoint weights;

  ReferenceBert(TinyCheckpoint weights) {
    this.weights = weights;
  }

  /** The state of the first token, through the projection if there is one. */
  double[] cls(int[] ids) {
    return projected(states(ids)[0]);
  }

  /** The mean over the states of all tokens, through the projection if there is one. */
  double[] mean(int[] ids) {
    double[] sum = new double[TinyCheckpoint.HIDDEN];
    for (double[] state : states(ids)) {
      sum = plus(sum, state);
    }
    return projected(Arrays.stream(sum).map(value -> value / ids.length).toArray());
  }

  static double[] normalized(double[] vector) {
    double length = Math.sqrt(Arrays.stream(vector).map(value -> value * value).sum());
    return Arrays.stream(vector).map(value -> value / length).toArray();
  }

  private double[] projected(double[] state) {
    return weights.has("encode_proj.weight") ? linear("encode_proj", state) : state;
  }

  private double[][] states(int[] ids) {
    double[][] states = new double[ids.length][];
    for (int i = 0; i < ids.length; i++) {
      double[] word = row("embeddings.word_embeddings.weight", ids[i]);
      double[] position = row("embeddings.position_embeddings.weight", i);
      double[] type = row("embeddings.token_type_embeddings.weight", 0);
      states[i] = norm("embeddings.LayerNorm", plus(plus(word, position), type));
    }
    for (int layer = 0; layer < TinyCheckpoint.LAYERS; layer++) {
      states = layer("encoder.layer." + layer + ".", states);
    }
    return states;
  }

  private double[][] layer(String name, double[][] states) {
    double[][] queries = linear(name + "attention.self.query", states);
    double[][] keys = linear(name + "attention.self.key", states);
    double[][] values = linear(name + "attention.self.value", states);
    double[][] next = new double[states.length][];
    for (int i = 0; i < states.length; i++) {
      double[] context = attend(queries[i], keys, values);
      double[] attended = linear(name + "attention.output.dense", context);
      double[] middle = norm(name + "attention.output.LayerNorm", plus(attended, states[i]));
      double[] up = linear(name + "intermediate.dense", middle);
      double[] down =
          linear(name + "output.dense", Arrays.stream(up).map(ReferenceBert::gelu).toArray());
      next[i] = norm(name + "output.LayerNorm", plus(down, middle));
    }
    return next;
  }

  private static double[] attend(double[] query, double[][] keys, double[][] values) {
    int width = TinyCheckpoint.HIDDEN / TinyCheckpoint.HEADS;
    double[] context = new double[TinyCheckpoint.HIDDEN];
    for (int head = 0; head < TinyCheckpoint.HEADS; head++) {
      double[] scores = new double[keys.length];
      for (int i = 0; i < keys.length; i++) {
        for (int d = head * width; d < (head + 1) * width; d++) {
          scores[i] += query[d] * keys[i][d];
        }
        scores[i] /= Math.sqrt(width);
      }
      double highest = Arrays.stream(scores).max().orElseThrow();
      double[] shares = Arrays.stream(scores).map(score -> Math.exp(score - highest)).toArray();
      double sum = Arrays.stream(shares).sum();
      for (int i = 0; i < keys.length; i++) {
        for (int d = head * width; d < (head + 1) * width; d++) {
          context[d] += shares[i] / sum * values[i][d];
        }
      }
    }
    return context;
  }

  private double[][] linear(String name, double[][] inputs) {
    return Arrays.stream(inputs).map(input -> linear(name, input)).toArray(double[][]::new);
  }

  private double[] linear(String name, double[] input) {
    float[] weight = weights.values(name + ".weight");
    float[] bias = weights.values(name + ".bias");
    double[] output = new double[bias.length];
    for (int out = 0; out < output.length; out++) {
      output[out] = bias[out];
      for (int in = 0; in < input.length; in++) {
        output[out] += weight[out * input.length + in] * input[in];
      }
    }
    return output;
  }

  private double[] norm(String name, double[] input) {
    float[] weight = weights.values(name + ".weight");
    float[] bias = weights.values(name + ".bias");
    double mean = Arrays.stream(input).average().orElseThrow();
    double variance =
        Arrays.stream(input).map(value -> (value - mean) * (value - mean)).average().orElseThrow();
    double[] output = new double[input.length];
    for (int i = 0; i < input.length; i++) {
      double scaled = (input[i] - mean) / Math.sqrt(variance + TinyCheckpoint.EPSILON);
      output[i] = scaled * weight[i] + bias[i];
    }
    return output;
  }

  private double[] row(String name, int row) {
    float[] matrix = weights.values(name);
    double[] found = new double[TinyCheckpoint.HIDDEN];
    for (int i = 0; i < found.length; i++) {
      found[i] = matrix[row * found.length + i];
    }
    return found;
  }

  private static double[] plus(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  private static double gelu(double x) {
    return x / 2 * (1 + erf(x / Math.sqrt(2)));
  }

  /** The series of which all terms have one sign, so that nothing cancels. */
  private static double erf(double x) {
    if (Math.abs(x) > 6) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
}
