package dev.questream.lab.evaluate;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.lab.retrieval.answer.AnswerMatcher;
import dev.questream.lab.retrieval.vector.StorageType;
import dev.questream.provenance.VectorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options of {@code evaluate} that say what is measured and how. */
public final class EvaluateOptions {
  private static final List<Integer> DEFAULT_DEPTHS = List.of(1, 5, 20, 50, 100);
  private static final Pattern MEMORY = Pattern.compile("(\\d{1,9})([kmgt]?)i?b?");

  @Option(
      names = "--questions",
      required = true,
      paramLabel = "FILE",
      description =
          "DPR's qa.csv, plain or gzipped: question, TAB, Python list of answers. Or judgements,"
              + " JSON lines: question, passage (id), score.")
  Path questions;

  @Option(
      names = "--passages",
      required = true,
      paramLabel = "FILE",
      description = "DPR's psgs.tsv, plain or gzipped: id, text, title.")
  Path passages;

  @Option(
      names = "--question-model",
      paramLabel = "M",
      description =
          "Bundled model, checkpoint folder, or owner/name on the hub; twice for a comparison."
              + " Default: the setting model.")
  List<String> questionModels = new ArrayList<>();

  @Option(
      names = "--passage-model",
      paramLabel = "M",
      description =
          "Encoder of the passages; once for both, or once for each. Default: the published"
              + " companion of the question model, or the question model itself.")
  List<String> passageModels = new ArrayList<>();

  @Option(
      names = "--passage-embeddings",
      paramLabel = "DIR",
      description =
          "Where passage vectors are kept, or published ones lie (pickles, .npy); once for each"
              + " model. Default: a folder in cache.dir.")
  List<Path> passageEmbeddings = new ArrayList<>();

  @Option(
      names = "--top-k",
      split = ",",
      paramLabel = "K",
      description = "Depths of the table. Default: 1,5,20,50,100.")
  List<Integer> topK = new ArrayList<>();

  @Option(
      names = "--match",
      defaultValue = "string",
      paramLabel = "MODE",
      description = "string, or regex where answers are patterns. Default: string.")
  AnswerMatcher.Mode match;

  @Option(
      names = "--from-topic",
      arity = "0..1",
      fallbackValue = PassageSource.SETTING,
      paramLabel = "TOPIC",
      description =
          "Take question vectors from a topic instead of encoding them; twice for a comparison."
              + " Default: embeddings.topic.")
  List<String> topics = new ArrayList<>();

  @Option(
      names = "--passages-from-topic",
      arity = "0..1",
      fallbackValue = PassageSource.SETTING,
      paramLabel = "TOPIC",
      description =
          "Take passage vectors from a topic instead of encoding them; once for both, or once for"
              + " each model. Default: embeddings.topic.")
  List<String> passagesTopics = new ArrayList<>();

  @Option(
      names = "--against",
      paramLabel = "P",
      description = "Compare with the same model in another precision, such as fp32.")
  String against;

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "fp32, bf16, fp16, int8 or auto. Default: auto.")
  String precision;

  @Option(
      names = "--dimensions",
      split = ",",
      paramLabel = "N",
      description = "Measure vectors that are cut to N dimensions too, several with commas.")
  List<Integer> dimensions = new ArrayList<>();

  @Option(
      names = "--vector",
      split = ",",
      paramLabel = "TYPE",
      description = "Measure vectors of int8, binary or ubinary too, several with commas.")
  List<VectorType> vectors = new ArrayList<>();

  @Option(names = "--limit", paramLabel = "N", description = "Ask only the first N questions.")
  int limit = Integer.MAX_VALUE;

  @Option(
      names = "--storage",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "Passage vectors on disk: float32, float16 or bfloat16. Default: float32.")
  StorageType storage;

  @Option(
      names = "--shard-passages",
      defaultValue = "16384",
      paramLabel = "N",
      description =
          "Passages of a shard, which is what a killed run loses at most. Default: 16384.")
  int shardPassages;

  @Option(
      names = "--search-memory",
      defaultValue = "1g",
      paramLabel = "SIZE",
      description = "What the search may take, such as 512m or 4g. Default: 1g.")
  String searchMemory;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of the bootstrap. Default: 1.")
  long seed;

  /** Refuses values that make no sense together or alone. */
  void check() {
    require(limit >= 1, "--limit must be at least 1, it is " + limit);
    require(shardPassages >= 1, "--shard-passages must be at least 1, it is " + shardPassages);
    require(topK.stream().allMatch(k -> k >= 1), "--top-k must be numbers from 1, it is " + topK);
    require(questionModels.size() <= 2, "--question-model can be given twice at most");
    require(topics.size() <= 2, "--from-topic can be given twice at most");
    require(
        against == null || models() == 1,
        "--against compares two precisions of one model; give --question-model or --from-topic"
            + " once");
    require(
        topics.isEmpty() || questionModels.isEmpty(),
        "--from-topic takes the vectors that are there; leave --question-model out");
    require(
        topics.isEmpty() || dimensions.isEmpty() && vectors.isEmpty(),
        "--from-topic takes the vectors that are there; leave --dimensions and --vector out");
    require(
        passagesTopics.isEmpty() || dimensions.isEmpty() && vectors.isEmpty() && against == null,
        "--passages-from-topic takes the vectors that are there; leave --dimensions, --vector and"
            + " --against out");
    require(
        dimensions.stream().allMatch(n -> n >= 1),
        "--dimensions must be numbers from 1, it is " + dimensions);
    require(
        passageModels.size() <= models(),
        "--passage-model is given more often than there are models");
    require(
        passagesTopics.size() <= models(),
        "--passages-from-topic is given more often than there are models");
    int contenders = against == null ? models() : 2;
    require(
        passageEmbeddings.isEmpty() || passageEmbeddings.size() == contenders,
        "--passage-embeddings is given %d times; give it once for each of %d models, or not at all"
            .formatted(passageEmbeddings.size(), contenders));
  }

  /** Models that the options name, or topics with a model's vectors. */
  int models() {
    return Math.max(1, Math.max(questionModels.size(), topics.size()));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new FatalException(ExitCode.USAGE, otherwise);
    }
  }

  /** The depths of the table, growing; of the default ones, those that there are passages for. */
  List<Integer> depths(int passageCount, Console console) {
    if (!topK.isEmpty()) {
      List<Integer> depths = List.copyOf(new TreeSet<>(topK));
      int deepest = depths.get(depths.size() - 1);
      require(
          deepest <= passageCount,
          "--top-k asks for %,d passages, %s has %,d".formatted(deepest, passages, passageCount));
      return depths;
    }
    List<Integer> depths = DEFAULT_DEPTHS.stream().filter(k -> k <= passageCount).toList();
    if (depths.size() < DEFAULT_DEPTHS.size()) {
      console.err().printf("%s has %,d passages; the table ends there%n", passages, passageCount);
    }
    return depths;
  }

  /** {@code --search-memory} in bytes. */
  long searchMemoryBytes() {
    Matcher size = MEMORY.matcher(searchMemory.toLowerCase(Locale.ROOT));
    require(
        size.matches(),
        "--search-memory is a size such as 512m or 4g, it is \"%s\"".formatted(searchMemory));
    int unit = " kmgt".indexOf(size.group(2).isEmpty() ? ' ' : size.group(2).charAt(0));
    return Long.parseLong(size.group(1)) << (10 * unit);
  }
}
