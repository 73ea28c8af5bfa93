package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.checkpoint.TinyCheckpoint.Layout;
import dev.questream.encoder.EncoderRole;
import dev.questream.weights.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedModelTest {
  @TempDir Path cache;

  @Test
  void shouldKnowTheBundledModel() {
    PublishedModel model = PublishedModel.bundled(cache);
    assertThat(model.id()).isEqualTo("bge-small-en-v1.5");
    assertThat(model.pooling()).isEqualTo("cls");
    assertThat(model.normalized()).isTrue();
    assertThat(model.maxTokens()).isEqualTo(512);
    assertThat(model.config().attentionHeads()).contains(12);
    assertThat(model.prefix(EncoderRole.QUESTION))
        .isEqualTo("Represent this sentence for searching relevant passages: ");
    assertThat(model.prefix(EncoderRole.PASSAGE)).isEmpty();
    assertThat(cache).isEmptyDirectory();
  }

  @Test
  void shouldUnpackTheBundledWeightsForAsLongAsTheyAreRead() throws IOException {
    PublishedModel model = PublishedModel.bundled(cache.resolve("made on demand"));
    Path unpacked =
        model.withWeights(
            weights -> {
              assertThat(weights).exists();
              EncoderCheckpoint bert =
                  EncoderCheckpoint.of(
                      StateDict.of(Checkpoint.open(weights), EncoderRole.QUESTION),
                      model.config(),
                      model.modules());
              assertThat(bert.role()).isEqualTo(EncoderRole.UNIVERSAL);
              assertThat(bert.config())
                  .isEqualTo(
                      new EncoderConfig(
                          12,
                          384,
                          12,
                          1536,
                          30_522,
                          512,
                          EncoderConfig.Variation.postNorm(
                              1e-12, Activation.GELU, new Positions.Indexed())));
              return weights;
            });
    assertThat(unpacked).doesNotExist();
    assertThat(cache.resolve("made on demand")).isEmptyDirectory();
  }

  @Test
  void shouldRefuseACacheThatIsAFile() throws IOException {
    Path file = Files.createFile(cache.resolve("file"));
    PublishedModel model = PublishedModel.bundled(file);
    assertThatThrownBy(() -> model.withWeights(weights -> weights))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContainingAll("bge-small-en-v1.5", file.toString());
  }

  @Test
  void shouldFindAFolder() throws IOException {
    Path folder = cache.resolve("tiny");
    TinyCheckpoint.random(Layout.PLAIN, 1).write(folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    assertThat(PublishedModel.in(folder).id()).isEqualTo("tiny");
  }
}
