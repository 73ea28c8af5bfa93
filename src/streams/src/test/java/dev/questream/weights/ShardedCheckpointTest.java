package dev.questream.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedCheckpointTest {
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir Path folder;

  @BeforeEach
  void writeShards() throws IOException {
    shard("model-00001-of-00002.safetensors", "first", 1, 2);
    shard("model-00002-of-00002.safetensors", "second", 3, 4);
    index(
        "{\"weight_map\": {\"first\": \"model-00001-of-00002.safetensors\","
            + " \"second\": \"model-00002-of-00002.safetensors\"}}");
  }

  private void shard(String name, String tensor, float... values) throws IOException {
    String header =
        "{\"%s\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(tensor, values.length, values.length * 4);
    Files.write(
        folder.resolve(name), TinyCheckpoint.safetensors(header, TinyCheckpoint.floats(values)));
  }

  private void index(String json) throws IOException {
    Files.writeString(folder.resolve(INDEX), json);
  }

  private Checkpoint open() {
    return Checkpoint.open(folder.resolve(INDEX));
  }

  @Test
  void shouldReadEachTensorFromItsShard() {
    Checkpoint checkpoint = open();
    assertThat(checkpoint.names()).containsExactlyInAnyOrder("first", "second");
    assertThat(checkpoint.shape("second")).isEqualTo(TensorShape.of(2));
    assertThat(checkpoint.read("first").data().getFloat(4)).isEqualTo(2);
    assertThat(checkpoint.read("second").data().getFloat(0)).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../outside.safetensors",
        "/etc/passwd",
        "sub/model.safetensors",
        "..\\\\outside.safetensors",
        "model.bin",
        ""
      })
  void shouldRefuseAShardThatDoesNotLieBesideTheIndex(String name) throws IOException {
    index("{\"weight_map\": {\"first\": \"%s\"}}".formatted(name));
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("no shard")
        .hasMessageContaining(INDEX);
  }

  @Test
  void shouldRefuseATensorThatIsNotInItsShard() throws IOException {
    index("{\"weight_map\": {\"first\": \"model-00002-of-00002.safetensors\"}}");
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("first", "model-00002-of-00002.safetensors", "where it is not");
  }

  @Test
  void shouldRefuseAnIndexThatLeavesTensorsOut() throws IOException {
    shard("model-00002-of-00002.safetensors", "third", 5);
    index("{\"weight_map\": {\"first\": \"model-00001-of-00002.safetensors\"}}");
    assertThat(open().names()).containsExactly("first");
    Files.write(
        folder.resolve("model-00001-of-00002.safetensors"),
        TinyCheckpoint.safetensors(
            "{\"first\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"hidden\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
            TinyCheckpoint.floats(1, 2)));
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("leaves out")
        .hasMessageContaining("hidden");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"weight_map\": {}}", "{\"weight_map\": 3}", "{"})
  void shouldRefuseAnIndexThatIsNone(String json) throws IOException {
    index(json);
    assertThatThrownBy(this::open).isInstanceOf(ModelException.class).hasMessageContaining(INDEX);
  }

  @Test
  void shouldSayWhichShardIsMissing() throws IOException {
    Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("model-00002-of-00002.safetensors");
  }

  @Test
  void shouldKnowAModelThatTheHubsLibrariesFetched() throws IOException {
    String commit = "0123456789abcdef0123456789abcdef01234567";
    Path snapshot = folder.resolve("hub/models--some-one--a.model/snapshots").resolve(commit);
    Files.createDirectories(snapshot);
    TinyCheckpoint.random(TinyCheckpoint.Layout.PLAIN, 1)
        .write(snapshot.resolve("model.safetensors"));
    Files.writeString(snapshot.resolve("tokenizer.json"), "{}");
    PublishedModel model = PublishedModel.in(snapshot);
    assertThat(model.id()).isEqualTo("some-one/a.model");
    assertThat(model.revision()).isEqualTo(commit);
  }
}
