package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.io.NpyWriter;
import dev.questream.app.io.OutputTarget;
import dev.questream.encoder.Embedding;
import dev.questream.lab.distil.DistilFixture.Result;
import dev.questream.provenance.VectorType;
import dev.questream.weights.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint of DPR's own training learns, both sides in one file, and published vectors. */
class DprTrainingTest {
  private static final int PASSAGES = 30;
  private static final int DIMENSIONS = 6; // of the file's projection

  @TempDir Path folder;
  private final Random random = new Random(3);

  private String letters() {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      letters.append((char) ('a' + random.nextInt(8))).append(' ');
    }
    return letters.toString();
  }

  private Path file(String name, CharSequence content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path vectors() throws IOException {
    Path file = folder.resolve("passages.npy");
    try (OutputTarget target = OutputTarget.of(file.toString(), System.out);
        NpyWriter writer = new NpyWriter(target, VectorType.FLOAT32, DIMENSIONS)) {
      for (int i = 0; i < PASSAGES; i++) {
        float[] vector = new float[DIMENSIONS];
        for (int j = 0; j < DIMENSIONS; j++) {
          vector[j] = (float) random.nextGaussian();
        }
        writer.write("", new Embedding(vector, 1, 1));
      }
      writer.commit();
    }
    return file;
  }

  @Test
  void shouldBecomeADprQuestionEncoder() throws IOException {
    Path student = folder.resolve("retriever.cp");
    try (InputStream in = getClass().getResourceAsStream("/golden/forms/retriever.cp")) {
      Files.copy(in, student);
    }
    file("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\nd\ne\nf\ng\nh\n");
    file("config.json", "{\"model_type\": \"bert\", \"num_attention_heads\": 2}");
    StringBuilder passages = new StringBuilder("id\ttext\ttitle\n");
    for (int i = 1; i <= PASSAGES; i++) {
      passages.append("%d\tw%d\ta%n".formatted(i, i));
    }
    StringBuilder questions = new StringBuilder();
    StringBuilder heldOut = new StringBuilder();
    StringBuilder scores = new StringBuilder();
    for (int answer = 1; answer <= PASSAGES; answer += 3) {
      String question = letters();
      questions.append("%s\t['w%d']%n".formatted(question, answer));
      heldOut.append("%sa\t['w%d']%n".formatted(question, answer));
      for (int i = 1; i <= PASSAGES; i++) {
        scores.append(
            DistilFixture.score(question.strip(), Integer.toString(i), i == answer ? 5 : -5));
      }
    }
    Path output = folder.resolve("learnt");
    Result result =
        new DistilFixture(
                folder,
                student,
                student,
                file("qa.csv", questions),
                file("held-out.csv", heldOut),
                file("psgs.tsv", passages),
                file("scores.jsonl", scores))
            .distil(
                output,
                "--teacher-scores",
                folder.resolve("scores.jsonl").toString(),
                "--held-out",
                folder.resolve("held-out.csv").toString(),
                "--passage-embeddings",
                vectors().toString(),
                "--epochs",
                "30",
                "--learning-rate",
                "0.01",
                "--dropout",
                "0");
    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(Checkpoint.open(output.resolve("model.safetensors")).names())
        .allMatch(name -> name.startsWith("question_encoder."));
    assertThat(output.resolve("config.json")).content().contains("DPRQuestionEncoder");
    assertThat(output.resolve("README.md"))
        .content()
        .contains("the encoder of the published vectors, which do not name it");
  }
}
