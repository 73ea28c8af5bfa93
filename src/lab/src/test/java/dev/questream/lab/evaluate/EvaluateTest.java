package dev.questream.lab.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.Main;
import dev.questream.app.console.Console;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.engine.TinyModelFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The command on small DPR models of random weights; what it should find is worked out here from
 * the vectors that {@code encode} writes.
 */
class EvaluateTest {
  private static final int PASSAGES = 60;
  private static final int QUESTIONS = 40;
  private static final int[] KS = {1, 3, 10, 60};
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path cache;
  private static Path rdr;
  private static Path dpr;
  private static Path rdrPassages;
  private static Path dprPassages;
  private static Path questions;
  private static Path passages;
  private static final List<String> ANSWERS = new ArrayList<>();
  private static final List<String> TEXTS = new ArrayList<>();

  private record Result(int status, String out, String err) {}

  private static Result questream(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--set", "cache.dir=" + cache, "--set", "encoder.precision=fp32"));
    all.addAll(List.of("--set", "encoder.deterministic=true")); // one vector for one text
    int status = Main.execute(console, all.toArray(String[]::new));
    return new Result(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  private static Path model(String name, TinyCheckpoint.Layout layout, long seed)
      throws IOException {
    return TinyModelFolder.dpr(
        Files.createDirectory(shared.resolve(name)), TinyCheckpoint.random(layout, seed));
  }

  /** Texts of words that the models know; an answer is a word that some of the passages have. */
  @BeforeAll
  static void prepare() throws IOException {
    cache = shared.resolve("cache");
    rdr = model("rdr", TinyCheckpoint.Layout.QUESTION, 1);
    dpr = model("dpr", TinyCheckpoint.Layout.QUESTION, 2);
    rdrPassages = model("rdr-ctx", TinyCheckpoint.Layout.PASSAGE, 3);
    dprPassages = model("dpr-ctx", TinyCheckpoint.Layout.PASSAGE, 4);
    Random random = new Random(5);
    StringBuilder tsv = new StringBuilder("id\ttext\ttitle\n");
    for (int i = 1; i <= PASSAGES; i++) {
      TEXTS.add(words(random, 8 + random.nextInt(20)));
      tsv.append(i).append('\t').append(TEXTS.get(i - 1)).append('\t').append(words(random, 2));
      tsv.append('\n');
    }
    StringBuilder csv = new StringBuilder();
    for (int i = 0; i < QUESTIONS; i++) {
      ANSWERS.add(words(random, 1));
      csv.append(words(random, 6))
          .append("?\t['")
          .append(ANSWERS.get(i).toUpperCase(java.util.Locale.ROOT));
      csv.append("']\n");
    }
    passages = Files.writeString(shared.resolve("psgs.tsv"), tsv);
    questions = Files.writeString(shared.resolve("qa.csv"), csv);
  }

  private static String words(Random random, int count) {
    return String.join(" ", random.ints(count, 0, 140).mapToObj(TinyModelFolder::word).toList());
  }

  private static Result evaluate(String... more) {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "--questions"));
    arguments.addAll(List.of(questions.toString(), "--passages", passages.toString()));
    arguments.addAll(List.of(more));
    return questream(arguments.toArray(String[]::new));
  }

  private static List<float[]> vectors(Path model, Path input, String role, String... more)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("encode", "--model", model.toString()));
    arguments.addAll(List.of("--input", input.toString(), "--role", role));
    arguments.addAll(List.of(more));
    Result encoded = questream(arguments.toArray(String[]::new));
    assertThat(encoded.status()).as(encoded.err()).isZero();
    List<float[]> vectors = new ArrayList<>();
    for (String line : encoded.out().lines().toList()) {
      JsonNode values = JSON.readTree(line).path("embedding");
      float[] vector = new float[values.size()];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = values.get(i).floatValue();
      }
      vectors.add(vector);
    }
    return vectors;
  }

  /**
   * Scores closer than this, of scores about 30, may be in either order: sums round differently.
   */
  private static final double NEAR = 1e-4;

  /**
   * Checks the rank of each question's first answer against all scores. Small random models give
   * some nearly equal scores; most questions must not depend on them.
   */
  private static int[] checkedFirstHits(JsonNode report, int model, Path asking, Path stored)
      throws IOException {
    List<float[]> asked = vectors(asking, questions, "question");
    List<float[]> found = vectors(stored, passages, "passage");
    int[] hits = new int[QUESTIONS];
    int certain = 0;
    for (int q = 0; q < QUESTIONS; q++) {
      double[] scores = new double[PASSAGES];
      for (int p = 0; p < PASSAGES; p++) {
        scores[p] = product(asked.get(q), found.get(p));
      }
      int earliest = PASSAGES + 1;
      int latest = PASSAGES + 1;
      for (int p = 0; p < PASSAGES; p++) {
        if (List.of(TEXTS.get(p).split(" ")).contains(ANSWERS.get(q))) {
          double score = scores[p];
          long above = DoubleStream.of(scores).filter(s -> s > score + NEAR).count();
          long notBelow = DoubleStream.of(scores).filter(s -> s >= score - NEAR).count();
          earliest = (int) Math.min(earliest, above + 1);
          latest = (int) Math.min(latest, notBelow);
        }
      }
      hits[q] = report.at("/first_hits/" + q + "/rank/" + model).asInt();
      int rank = hits[q] == 0 ? PASSAGES + 1 : hits[q];
      assertThat(rank).as("question %d", q).isBetween(earliest, latest);
      certain += earliest == latest ? 1 : 0;
    }
    assertThat(certain)
        .as("questions without nearly equal scores")
        .isGreaterThan(QUESTIONS * 3 / 4);
    return hits;
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double recall(int[] hits, int k) {
    return IntStream.of(hits).filter(hit -> hit > 0 && hit <= k).count() / (double) hits.length;
  }

  /** Bits by Hamming distance; what the command finds with inner products must be the same. */
  private static int[] firstHitsOfBits(String... shape) throws IOException {
    List<float[]> asked = vectors(rdr, questions, "question", shape);
    List<float[]> found = vectors(rdrPassages, passages, "passage", shape);
    int[] hits = new int[QUESTIONS];
    for (int q = 0; q < QUESTIONS; q++) {
      float[] bits = asked.get(q);
      List<Integer> order = new ArrayList<>(IntStream.range(0, PASSAGES).boxed().toList());
      order.sort(Comparator.comparingInt(p -> hamming(bits, found.get(p)))); // stable
      for (int rank = PASSAGES; rank > 0; rank--) {
        if (List.of(TEXTS.get(order.get(rank - 1)).split(" ")).contains(ANSWERS.get(q))) {
          hits[q] = rank;
        }
      }
    }
    return hits;
  }

  private static int hamming(float[] a, float[] b) {
    return IntStream.range(0, a.length).map(i -> Integer.bitCount((int) a[i] ^ (int) b[i])).sum();
  }

  @Test
  void shouldMeasureOtherShapesAsAStoreSearchesThem() throws IOException {
    Path report = folder.resolve("report.json");
    String[] models = {
      "--question-model", rdr.toString(), "--passage-model", rdrPassages.toString()
    };
    List<String> all = new ArrayList<>(List.of(models));
    all.addAll(List.of("--top-k", "1,3,10,60", "--dimensions", "16", "--vector", "ubinary"));
    all.addAll(List.of("--report", report.toString()));
    Result result = evaluate(all.toArray(String[]::new));
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("rdr (fp32)", "  16 dimensions (64 B)", "  16 dimensions, ubinary (2 B)");
    JsonNode shapes = JSON.readTree(report.toFile()).at("/models/0/shapes");
    assertThat(shapes).hasSize(3);
    for (JsonNode shape : shapes) {
      if (shape.path("vector_type").asText().equals("ubinary")) {
        String size = "output.dimensions=" + shape.path("dimensions").asInt();
        int[] hits = firstHitsOfBits("--set", size, "--set", "output.vector=ubinary");
        for (int k : KS) {
          assertThat(shape.at("/recall/" + k).asDouble())
              .as("%s at %d", size, k)
              .isCloseTo(recall(hits, k), within(1e-12));
        }
      }
    }

    List<String> set = new ArrayList<>(List.of(models));
    set.addAll(List.of("--set", "output.vector=binary", "--set", "output.dimensions=8"));
    assertThat(evaluate(set.toArray(String[]::new)).out())
        .contains("  8 dimensions, binary (1 B)")
        .doesNotContain("8 dimensions (32 B)");
    all.set(all.indexOf("ubinary"), "int8");
    Result refused = evaluate(all.toArray(String[]::new));
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("int8 holds vectors of length one");
  }

  @Test
  void shouldKeepThePassageVectorsOfTemplatesApart() throws IOException {
    String[] models = {
      "--question-model", rdr.toString(), "--passage-model", rdrPassages.toString()
    };
    assertThat(evaluate(models).status()).isZero();
    List<String> before = passageFolders();
    List<String> other = new ArrayList<>(List.of(models));
    other.addAll(List.of("--set", "encoder.passage.template={text}"));
    Result result = evaluate(other.toArray(String[]::new));
    assertThat(result.status()).as(result.err()).isZero();
    List<String> after = passageFolders();
    after.removeAll(before);
    assertThat(after).hasSize(1);
    assertThat(cache.resolve("passages").resolve(after.get(0)).resolve("manifest.properties"))
        .content()
        .contains("passage.template={text}");
  }

  private static List<String> passageFolders() throws IOException {
    try (var folders = Files.list(cache.resolve("passages"))) {
      return new ArrayList<>(folders.map(folder -> folder.getFileName().toString()).toList());
    }
  }

  @Test
  void shouldFindTheRecallThatSortingEverythingFinds() throws IOException {
    Path report = folder.resolve("report.json");
    Path results = folder.resolve("results.json");
    Result result =
        evaluate(
            "--question-model",
            rdr.toString(),
            "--passage-model",
            rdrPassages.toString(),
            "--top-k",
            "10,1,3,60",
            "--report",
            report.toString(),
            "--results",
            results.toString());
    assertThat(result.status()).as(result.err()).isZero();
    JsonNode json = JSON.readTree(report.toFile());
    int[] expected = checkedFirstHits(json, 0, rdr, rdrPassages);
    for (int k : KS) {
      assertThat(json.at("/models/0/recall/" + k).asDouble())
          .as("@%d", k)
          .isCloseTo(recall(expected, k), within(1e-12));
      assertThat(result.out()).contains("%.2f".formatted(100 * recall(expected, k)));
    }
    assertThat(recall(expected, 1))
        .as("the task is neither trivial nor hopeless")
        .isBetween(0.01, 0.6);
    assertDprResults(JSON.readTree(results.toFile()), expected);
  }

  private static void assertDprResults(JsonNode results, int[] firstHits) {
    assertThat(results).hasSize(QUESTIONS);
    for (int q = 0; q < QUESTIONS; q++) {
      JsonNode question = results.get(q);
      assertThat(question.at("/answers/0").asText())
          .isEqualTo(ANSWERS.get(q).toUpperCase(java.util.Locale.ROOT));
      JsonNode found = question.path("ctxs");
      assertThat(found).hasSize(PASSAGES);
      double last = Double.POSITIVE_INFINITY;
      for (int rank = 1; rank <= PASSAGES; rank++) {
        JsonNode passage = found.get(rank - 1);
        String text = TEXTS.get(passage.path("id").asInt() - 1);
        assertThat(passage.path("text").asText()).isEqualTo(text);
        assertThat(passage.path("title").asText()).isNotEmpty();
        assertThat(passage.path("score").isTextual()).isTrue();
        assertThat(passage.path("score").asDouble()).isLessThanOrEqualTo(last);
        last = passage.path("score").asDouble();
        assertThat(passage.path("has_answer").asBoolean())
            .isEqualTo(List.of(text.split(" ")).contains(ANSWERS.get(q)));
        if (rank < firstHits[q]) {
          assertThat(passage.path("has_answer").asBoolean()).isFalse();
        }
      }
    }
  }

  /** Who judges passages as the answers do finds the same. */
  @Test
  void shouldFindJudgedPassagesWhereTheirAnswersAre() throws IOException {
    StringBuilder judged = new StringBuilder();
    StringBuilder answered = new StringBuilder();
    List<String> asked = Files.readAllLines(questions);
    for (int q = 0; q < QUESTIONS; q++) {
      String question = asked.get(q).substring(0, asked.get(q).indexOf('\t'));
      boolean any = false;
      for (int p = 0; p < PASSAGES; p++) {
        boolean hit = List.of(TEXTS.get(p).split(" ")).contains(ANSWERS.get(q));
        any |= hit;
        judged.append(
            "{\"question\": \"%s\", \"passage\": \"%d\", \"score\": %d}%n"
                .formatted(question, p + 1, hit ? 1 : 0));
      }
      answered.append(any ? asked.get(q) + "\n" : "");
    }
    Path judgements = Files.writeString(folder.resolve("judged.jsonl"), judged);
    Path answers = Files.writeString(folder.resolve("qa.csv"), answered);
    Path report = folder.resolve("judged.json");
    Path expected = folder.resolve("answered.json");
    Result found = evaluateOn(judgements, "--report", report.toString());
    assertThat(found.status()).as(found.err()).isZero();
    assertThat(found.out()).startsWith("recall of judged passages in %");
    assertThat(evaluateOn(answers, "--report", expected.toString()).status()).isZero();
    JsonNode hits = JSON.readTree(report.toFile()).path("first_hits");
    assertThat(hits).hasSizeGreaterThan(QUESTIONS / 2);
    assertThat(hits).isEqualTo(JSON.readTree(expected.toFile()).path("first_hits"));

    Files.writeString(
        judgements,
        judged.toString().replaceAll("\"passage\": \"(\\d+)\"", "\"passage\": \"x$1\""));
    Result unknown = evaluateOn(judgements);
    assertThat(unknown.status()).isEqualTo(6);
    assertThat(unknown.err()).contains("has none of the passages that are judged the best");
    Files.writeString(
        judgements, judged + "{\"question\": \"other\", \"passage\": \"gone\", \"score\": 1}\n");
    assertThat(evaluateOn(judgements).err()).contains("of 1 of ", "no relevant passage is in");
  }

  private static Result evaluateOn(Path asked, String... more) {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "--questions"));
    arguments.addAll(List.of(asked.toString(), "--passages", passages.toString()));
    arguments.addAll(List.of("--question-model", rdr.toString()));
    arguments.addAll(List.of("--passage-model", rdrPassages.toString()));
    arguments.addAll(List.of(more));
    return questream(arguments.toArray(String[]::new));
  }

  @Test
  void shouldPutTwoModelsSideBySide() throws IOException {
    Path report = folder.resolve("report.json");
    Path curve = folder.resolve("curve.csv");
    Path plot = folder.resolve("plot.svg");
    Result result =
        evaluate(
            "--question-model",
            rdr.toString(),
            "--passage-model",
            rdrPassages.toString(),
            "--question-model",
            dpr.toString(),
            "--passage-model",
            dprPassages.toString(),
            "--top-k",
            "1,3,10,60",
            "--report",
            report.toString(),
            "--curve",
            curve.toString(),
            "--plot",
            plot.toString());
    assertThat(result.status()).as(result.err()).isZero();
    JsonNode json = JSON.readTree(report.toFile());
    int[] first = checkedFirstHits(json, 0, rdr, rdrPassages);
    int[] second = checkedFirstHits(json, 1, dpr, dprPassages);
    for (int i = 0; i < KS.length; i++) {
      int k = KS[i];
      JsonNode comparison = json.path("comparison").get(i);
      long wins =
          IntStream.range(0, QUESTIONS).filter(q -> hit(first[q], k) && !hit(second[q], k)).count();
      assertThat(comparison.path("only_first").asLong()).isEqualTo(wins);
      double difference = recall(first, k) - recall(second, k);
      assertThat(comparison.path("difference").asDouble()).isCloseTo(difference, within(1e-12));
      assertThat(comparison.path("low").asDouble()).isLessThanOrEqualTo(difference);
      assertThat(comparison.path("high").asDouble()).isGreaterThanOrEqualTo(difference);
    }
    assertThat(result.out()).contains("rdr (fp32)", "dpr (fp32)", "only A", "95% interval");
    List<String> rows = Files.readAllLines(curve);
    assertThat(rows).hasSize(61);
    assertThat(rows.get(3)).isEqualTo("3,%.6f,%.6f".formatted(recall(first, 3), recall(second, 3)));
    assertThat(Files.readString(plot)).startsWith("<svg").contains("rdr (fp32)");
  }

  private static boolean hit(int rank, int k) {
    return rank > 0 && rank <= k;
  }

  @Test
  void shouldTakePassageVectorsThatAreThere() throws IOException {
    Path npy = folder.resolve("passages.npy");
    Result encoded =
        questream(
            "encode",
            "--model",
            rdrPassages.toString(),
            "--input",
            passages.toString(),
            "--role",
            "passage",
            "--output",
            npy.toString(),
            "--output-format",
            "npy");
    assertThat(encoded.status()).as(encoded.err()).isZero();
    String[] pair = {"--question-model", rdr.toString(), "--passage-model", rdrPassages.toString()};
    String expected = evaluate(pair).out();
    assertThat(
            evaluate("--question-model", rdr.toString(), "--passage-embeddings", npy.toString())
                .out())
        .isEqualTo(expected);
    String kept = folder.resolve("kept").toString();
    for (int run = 0; run < 2; run++) {
      Result result =
          evaluate(
              "--question-model",
              rdr.toString(),
              "--passage-model",
              rdrPassages.toString(),
              "--passage-embeddings",
              kept,
              "--shard-passages",
              "7",
              "--storage",
              "float16");
      assertThat(result.status()).as(result.err()).isZero();
      assertThat(result.out()).isEqualTo(expected);
    }
    try (var files = Files.list(Path.of(kept))) {
      assertThat(files.filter(f -> f.getFileName().toString().startsWith("shard-"))).hasSize(9);
    }
    Result other =
        evaluate(
            "--question-model",
            dpr.toString(),
            "--passage-model",
            dprPassages.toString(),
            "--passage-embeddings",
            kept,
            "--shard-passages",
            "7",
            "--storage",
            "float16");
    assertThat(other.status()).isEqualTo(5);
    assertThat(other.err()).contains("holds vectors of the model rdr-ctx", "the model is dpr-ctx");
  }

  @Test
  void shouldCountAQuestionThatCannotBeEncodedAsNotAnswered() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("qa.csv"),
            "%s\t['%s']\n \t['']\n".formatted(words(new Random(1), 4), TEXTS.get(0).split(" ")[0]));
    Result result =
        questream(
            "evaluate",
            "--questions",
            file.toString(),
            "--passages",
            passages.toString(),
            "--question-model",
            rdr.toString(),
            "--passage-model",
            rdrPassages.toString(),
            "--top-k",
            "60");
    assertThat(result.status()).isEqualTo(6);
    assertThat(result.err()).contains("question 2 cannot be encoded and counts as not answered");
    assertThat(result.out()).contains("50.00");
  }

  @ParameterizedTest
  @CsvSource({
    "--top-k 61, 2, '--top-k asks for 61 passages'",
    "--top-k 0, 2, '--top-k must be numbers from 1'",
    "--top-k many, 2, many",
    "--limit 0, 2, '--limit must be at least 1'",
    "--search-memory much, 2, 'a size such as 512m'",
    "--search-memory 10k, 5, 'raise --search-memory'",
    "--storage int3, 2, int3",
    "--match fuzzy, 2, fuzzy",
    "--shard-passages 0, 2, '--shard-passages must be at least 1'",
    "--results a --results b, 2, 'given 2 times for 1 models'",
    "--passage-embeddings a --passage-embeddings b, 2, 'give it once for each of 1 models'",
    "--question-model a --question-model b --against fp32, 2, 'give --question-model or"
        + " --from-topic once'",
    "--passage-model a --passage-model b, 2, 'more often than there are models'",
    "--from-topic a --from-topic b --passages-from-topic --passages-from-topic"
        + " --passages-from-topic, 2, 'more often than there are models'",
    "--from-topic --from-topic=a --from-topic, 2, '--from-topic can be given twice at most'",
    "--from-topic=a --from-topic=b --against bf16, 2, 'give --question-model or --from-topic once'",
    "--from-topic --question-model a, 2, 'leave --question-model out'",
    "--question-model nope, 3, nope",
    "--passages missing.tsv, 5, 'there is no file missing.tsv'",
    "--set window.max.agems=1, 2, 'did you mean window.max.age.ms?'"
  })
  void shouldSayWhatIsWrong(String more, int status, String message) {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "--questions"));
    arguments.add(questions.toString());
    List<String> given = List.of(more.split(" "));
    if (!given.contains("--passages")) {
      arguments.addAll(List.of("--passages", passages.toString()));
    }
    if (!given.contains("--question-model") && !more.startsWith("--from-topic")) {
      arguments.addAll(List.of("--question-model", rdr.toString()));
    }
    if (!given.contains("--passage-model")) {
      arguments.addAll(List.of("--passage-model", rdrPassages.toString()));
    }
    arguments.addAll(given);
    Result result = questream(arguments.toArray(String[]::new));
    assertThat(result.status()).as(result.err()).isEqualTo(status);
    assertThat(result.err()).contains(message);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void shouldRefuseAQuestionEncoderForPassages() {
    Result result = evaluate("--question-model", rdr.toString());
    assertThat(result.status()).isEqualTo(3);
    assertThat(result.err()).contains("--passage-model");
  }

  @Test
  void shouldRefuseToCompareAPrecisionWithItself() {
    Result result =
        evaluate(
            "--question-model",
            rdr.toString(),
            "--passage-model",
            rdrPassages.toString(),
            "--against",
            "fp32");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("both sides run in fp32");
  }

  @Test
  void shouldWeighOnePrecisionAgainstAnother() {
    Result result =
        evaluate(
            "--question-model",
            rdr.toString(),
            "--passage-model",
            rdrPassages.toString(),
            "--precision",
            "bf16",
            "--set",
            "encoder.precision.min.cosine=0.9",
            "--against",
            "fp32");
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("rdr (bf16)", "rdr (fp32)")
        .containsPattern("cosine of questions: min 0\\.9\\d+, mean 0\\.99")
        .containsPattern("cosine of passages:  min 0\\.9\\d+, mean 0\\.99");
  }
}
