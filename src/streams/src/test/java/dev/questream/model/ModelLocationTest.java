package dev.questream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.checkpoint.TinyCheckpoint.Layout;
import dev.questream.hub.DownloadListener;
import dev.questream.hub.HubSettings;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelLocationTest {
  @TempDir Path cache;

  @Test
  void shouldFindTheBundledModelByName() {
    PublishedModel model = ModelLocation.of("bge-small-en-v1.5").open(cache);
    assertThat(model.id()).isEqualTo("bge-small-en-v1.5");
    assertThat(model.location()).isEqualTo("bge-small-en-v1.5");
  }

  @Test
  void shouldFindAFolder() throws IOException {
    Path folder = cache.resolve("tiny");
    TinyCheckpoint.random(Layout.PLAIN, 1).write(folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    PublishedModel model = ModelLocation.of(folder.toString()).open(cache);
    assertThat(model.id()).isEqualTo("tiny");
    assertThat(model.location()).isEqualTo(folder.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "facebook/dpr-question_encoder-single-nq-base",
        "BAAI/bge-small-en-v1.5",
        "BAAI/bge-small-en-v1.5@main",
        "owner/name@refs/pr/1",
        "owner/name@v1.0+cu118"
      })
  void shouldKnowTheNameOfAModelOnTheHub(String name) {
    assertThat(ModelLocation.of(name)).isInstanceOf(ModelLocation.OnHub.class);
    assertThatThrownBy(() -> ModelLocation.of(name).open(cache))
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
    assertThatThrownBy(() -> ModelLocation.of(name).open(cache))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("bge-small-en-v1.5");
  }

  /** The hub's rules are held when it is asked, with a message that says what is wrong. */
  @Test
  void shouldLeaveToTheHubWhatHasTheFormOfAnId() {
    ModelLocation.OnHub hub = (ModelLocation.OnHub) ModelLocation.of("owner--x/name");
    HubSettings settings = HubSettings.of(Map.of("HF_HUB_CACHE", cache.toString()));
    assertThatThrownBy(() -> hub.fetch(settings, DownloadListener.SILENT))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("owner--x/name is no name of a model on the hub");
  }

  @Test
  void shouldNotTakeAnEmptyNameForTheWorkingFolder() {
    assertThatThrownBy(() -> ModelLocation.of("").open(cache))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("bge-small-en-v1.5");
  }

  @Test
  void shouldTakeAWeightFileForItsFolder() throws IOException {
    Path file = Files.createFile(cache.resolve("dpr_biencoder.37"));
    assertThat(ModelLocation.of(file.toString())).isInstanceOf(ModelLocation.Folder.class);
    assertThatThrownBy(() -> ModelLocation.of(file.toString()).open(cache))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(cache + " holds no tokenizer.json");
  }

  @Test
  void shouldNotTakeAnotherFileForAModel() throws IOException {
    Path file = Files.createFile(cache.resolve("notes.txt"));
    assertThatThrownBy(() -> ModelLocation.of(file.toString()).open(cache))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("there is no model " + file, "no folder");
  }
}
