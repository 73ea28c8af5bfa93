package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file of DPR's training, which holds both encoders, used for each of them. */
class BothSidesTest {
  private static final Path FORMS = Path.of("src/test/resources/golden/forms");
  private static final List<int[]> TOKENS = List.of(new int[] {2, 5, 3}, new int[] {2, 7, 11, 3});

  @TempDir Path work;

  private Path folder(String weights, String as) throws IOException {
    Path folder = Files.createDirectories(work.resolve(as));
    Files.copy(FORMS.resolve(weights), folder.resolve(as));
    Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n");
    Files.writeString(
        folder.resolve("config.json"), "{\"model_type\": \"bert\", \"num_attention_heads\": 2}");
    return folder;
  }

  private List<float[]> vectors(Path model, EncoderRole role) {
    EngineSettings settings =
        new EngineSettings(
            role,
            EngineSettings.Text.RECOMMENDED,
            new EngineSettings.Arithmetic(PrecisionChoice.of("fp32"), 0.999),
            EngineSettings.Compute.CPU,
            work.resolve("cache"));
    try (TorchBackend backend = TorchBackend.open(PublishedModel.in(model), settings);
        EncoderBackend.Session session = backend.openSession()) {
      return session.encode(TOKENS);
    }
  }

  @Test
  void shouldEncodeWithTheSideThatIsAskedFor() throws IOException {
    Path both = folder("retriever.cp", "retriever.cp");
    Path passage = folder("passage.safetensors", "model.safetensors");
    for (int round = 0; round < 2; round++) { // imported, then from the cache
      assertThat(vectors(both, EncoderRole.QUESTION)).allMatch(vector -> vector.length == 6);
      List<float[]> found = vectors(both, EncoderRole.PASSAGE);
      List<float[]> expected = vectors(passage, EncoderRole.PASSAGE);
      for (int i = 0; i < TOKENS.size(); i++) {
        assertThat(found.get(i)).containsExactly(expected.get(i));
      }
    }
    assertThat(vectors(both.resolve("retriever.cp"), EncoderRole.QUESTION).get(0)).hasSize(6);
  }
}
