package dev.questream.lab.distil;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.questream.app.Main;
import dev.questream.app.console.Console;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.engine.TinyModelFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A small DPR model of random weights, passages, questions, and a teacher's scores: it likes the
 * passages with the answer. The questions that are held out ask the same in another way.
 *
 * @param folder that all of it is in
 */
record DistilFixture(
    Path folder,
    Path model,
    Path passageModel,
    Path questions,
    Path heldOut,
    Path passages,
    Path scores) {
  static final int PASSAGES = 40;
  static final int QUESTIONS = 12;

  /** What a command came to. */
  record Result(int status, String out, String err) {}

  static DistilFixture in(Path folder) throws IOException {
    Random random = new Random(5);
    StringBuilder tsv = new StringBuilder("id\ttext\ttitle\n");
    List<String> texts = new ArrayList<>();
    for (int i = 1; i <= PASSAGES; i++) {
      texts.add(words(random, 12));
      tsv.append(i).append('\t').append(texts.get(i - 1)).append("\ttitle\n");
    }
    StringBuilder csv = new StringBuilder();
    StringBuilder others = new StringBuilder();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < QUESTIONS; i++) {
      String question = words(random, 5) + "?";
      String answer = texts.get(3 * i).split(" ")[4];
      csv.append(question).append("\t['").append(answer).append("']\n");
      others.append(question).append(" or\t['").append(answer).append("']\n");
      for (int passage = 1; passage <= PASSAGES; passage++) {
        boolean hit = List.of(texts.get(passage - 1).split(" ")).contains(answer);
        lines.append(score(question, Integer.toString(passage), hit ? 4 : -4));
      }
    }
    return new DistilFixture(
        folder,
        model(folder.resolve("question"), TinyCheckpoint.Layout.QUESTION, 1),
        model(folder.resolve("passage"), TinyCheckpoint.Layout.PASSAGE, 2),
        Files.writeString(folder.resolve("qa.csv"), csv),
        Files.writeString(folder.resolve("held-out.csv"), others),
        Files.writeString(folder.resolve("psgs.tsv"), tsv),
        Files.writeString(folder.resolve("scores.jsonl"), lines));
  }

  private static Path model(Path folder, TinyCheckpoint.Layout layout, long seed)
      throws IOException {
    return TinyModelFolder.dpr(Files.createDirectory(folder), TinyCheckpoint.random(layout, seed));
  }

  private static String words(Random random, int count) {
    return String.join(" ", random.ints(count, 0, 140).mapToObj(TinyModelFolder::word).toList());
  }

  /** A line of scores. */
  static String score(String question, String passage, int score) {
    return "{\"question\": \"%s\", \"passage\": \"%s\", \"score\": %d}%n"
        .formatted(question, passage, score);
  }

  /** Runs a command in this process. */
  static Result questream(List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
    int status = Main.execute(console, arguments.toArray(String[]::new));
    return new Result(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** Distils into a folder; what is named again replaces what the fixture names. */
  Result distil(Path output, String... more) {
    List<String> arguments = new ArrayList<>(List.of("distil"));
    add(arguments, more, "--questions", questions);
    add(arguments, more, "--passages", passages);
    add(arguments, more, "--question-model", model);
    add(arguments, more, "--passage-model", passageModel);
    add(arguments, more, "--output", output);
    add(arguments, more, "--top-k", "40");
    arguments.addAll(List.of("--set", "cache.dir=" + cache(), "--set", "encoder.device=cpu"));
    arguments.addAll(List.of("--set", "encoder.precision=fp32"));
    arguments.addAll(List.of(more));
    return questream(arguments);
  }

  private static void add(List<String> arguments, String[] more, String option, Object value) {
    if (!List.of(more).contains(option)) {
      arguments.addAll(List.of(option, value.toString()));
    }
  }

  Path cache() {
    return folder.resolve("cache");
  }

  /** Lines of the questions file. */
  List<String> questionLines() {
    try {
      return Files.readAllLines(questions);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
