package dev.questream.lab.distil;

import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.engine.TinyModelFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Files of a distillation that takes a second: two small encoders and a reader of random weights,
 * passages, questions, and scores by which passages with the answer are liked.
 *
 * @param folder that holds all of it
 */
public record TinyDistillation(Path folder) {
  private static final int PASSAGES = 40;
  private static final int QUESTIONS = 12;

  /** Writes the files. */
  public static TinyDistillation in(Path folder) throws IOException {
    TinyDistillation made = new TinyDistillation(folder);
    TinyModelFolder.dpr(made.model(), TinyCheckpoint.random(TinyCheckpoint.Layout.QUESTION, 1));
    TinyModelFolder.dpr(
        made.passageModel(), TinyCheckpoint.random(TinyCheckpoint.Layout.PASSAGE, 2));
    made.writeTexts();
    made.writeReader();
    return made;
  }

  public Path model() {
    return folder.resolve("question");
  }

  private Path passageModel() {
    return folder.resolve("passage");
  }

  public Path questions() {
    return folder.resolve("qa.csv");
  }

  /** The same questions in other words. */
  private Path heldOut() {
    return folder.resolve("held-out.csv");
  }

  public Path scores() {
    return folder.resolve("scores.jsonl");
  }

  public Path reader() {
    return folder.resolve("reader");
  }

  private void writeTexts() throws IOException {
    Random random = new Random(5);
    StringBuilder passages = new StringBuilder("id\ttext\ttitle\n");
    List<String> texts = new ArrayList<>();
    for (int i = 1; i <= PASSAGES; i++) {
      texts.add(words(random, 12));
      passages.append(i).append('\t').append(texts.get(i - 1)).append("\ttitle\n");
    }
    StringBuilder questions = new StringBuilder();
    StringBuilder heldOut = new StringBuilder();
    StringBuilder scores = new StringBuilder();
    for (int i = 0; i < QUESTIONS; i++) {
      String asked = words(random, 5);
      String question = asked + "?";
      String answer = texts.get(3 * i).split(" ")[4];
      questions.append("%s\t['%s']%n".formatted(question, answer));
      heldOut.append("%s %s?\t['%s']%n".formatted(asked, words(random, 1), answer));
      for (int passage = 1; passage <= PASSAGES; passage++) {
        boolean hit = List.of(texts.get(passage - 1).split(" ")).contains(answer);
        scores.append(
            "{\"question\": \"%s\", \"passage\": \"%d\", \"score\": %d}%n"
                .formatted(question, passage, hit ? 4 : -4));
      }
    }
    Files.writeString(folder.resolve("psgs.tsv"), passages);
    Files.writeString(questions(), questions);
    Files.writeString(heldOut(), heldOut);
    Files.writeString(scores(), scores);
  }

  private static String words(Random random, int count) {
    return String.join(" ", random.ints(count, 0, 140).mapToObj(TinyModelFolder::word).toList());
  }

  private void writeReader() throws IOException {
    Files.createDirectories(reader());
    copy("/readers/bert.safetensors", reader().resolve("model.safetensors"));
    copy("/golden/tokenizer.json", reader().resolve("tokenizer.json"));
    Files.writeString(
        reader().resolve("config.json"), "{\"model_type\": \"bert\", \"num_attention_heads\": 2}");
  }

  private static void copy(String resource, Path target) throws IOException {
    try (InputStream in = TinyDistillation.class.getResourceAsStream(resource)) {
      Files.copy(in, target);
    }
  }

  /** The command's arguments, by another student than {@link #model}. */
  public List<String> arguments(Path student, Path output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "distil",
                "--questions",
                questions().toString(),
                "--held-out",
                heldOut().toString(),
                "--passages",
                folder.resolve("psgs.tsv").toString(),
                "--question-model",
                student.toString(),
                "--passage-model",
                passageModel().toString(),
                "--output",
                output.toString(),
                "--top-k",
                "40"));
    for (String setting :
        List.of(
            "encoder.device=cpu",
            "encoder.precision=fp32",
            "cache.dir=" + folder.resolve("cache"))) {
      arguments.addAll(List.of("--set", setting));
    }
    arguments.addAll(List.of(more));
    return arguments;
  }
}
