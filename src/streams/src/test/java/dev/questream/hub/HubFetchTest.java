package dev.questream.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.weights.ModelException;
import dev.questream.weights.Sha256;
import dev.questream.weights.ShardedCheckpoint;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A whole download: what is fetched, where it lies, and who sees the token. */
class HubFetchTest extends HubTest {

  @Test
  void shouldFetchWhatAnEncoderNeedsIntoTheLayoutOfTheHub() throws IOException {
    Path fetched = models().fetch(ID);

    assertThat(fetched).isEqualTo(snapshot());
    assertThat(names(fetched))
        .containsExactlyInAnyOrder(
            "1_Pooling/config.json",
            "config.json",
            "config_sentence_transformers.json",
            WEIGHTS,
            "modules.json",
            "sentence_bert_config.json",
            "tokenizer.json",
            "tokenizer_config.json");
    assertThat(fetched.resolve(WEIGHTS)).hasBinaryContent(CONTENT);
    assertThat(Files.readSymbolicLink(fetched.resolve(WEIGHTS)))
        .isEqualTo(Path.of("../../blobs/" + Sha256.of(CONTENT)));
    byte[] pooling = hub.files.get("1_Pooling/config.json");
    assertThat(Files.readSymbolicLink(fetched.resolve("1_Pooling/config.json")))
        .isEqualTo(Path.of("../../../blobs/" + FakeHub.git(pooling)));
    assertThat(model().resolve("refs/main")).hasContent(FakeHub.COMMIT);
    assertThat(names(model().resolve("blobs"))).hasSize(8).noneMatch(n -> n.contains("incomplete"));
    assertThat(cache.resolve(".locks/models--owner--tiny/" + Sha256.of(CONTENT) + ".lock"))
        .exists();
  }

  @Test
  void shouldDownloadNothingTheSecondTime() {
    models().fetch(ID);
    hub.seen.clear();

    models().fetch(ID);

    assertThat(hub.seen).singleElement().satisfies(s -> assertThat(s.path()).startsWith("/api/"));
  }

  @Test
  void shouldFetchOnlyWhatChangedWhenTheRevisionMoved() throws IOException {
    models().fetch(ID);
    hub.seen.clear();
    hub.commit = "f".repeat(40);
    put("config.json", "{\"hidden_size\": 16}");

    Path fetched = models().fetch(ID);

    assertThat(fetched.getFileName()).hasToString(hub.commit);
    assertThat(fetched.resolve("config.json")).hasContent("{\"hidden_size\": 16}");
    assertThat(fetched.resolve(WEIGHTS)).hasBinaryContent(CONTENT);
    assertThat(hub.gets("json")).hasSize(1);
    assertThat(hub.gets(WEIGHTS)).isEmpty();
    assertThat(model().resolve("refs/main")).hasContent(hub.commit);
  }

  @Test
  void shouldGiveTheTokenToTheHubAndToNoOther() {
    models().fetch(ID);

    assertThat(hub.seen).filteredOn(s -> s.server().equals("hub")).hasSizeGreaterThan(6);
    assertThat(hub.seen)
        .filteredOn(s -> s.server().equals("hub"))
        .allSatisfy(s -> assertThat(s.authorization()).isEqualTo("Bearer hf_secret"));
    assertThat(hub.seen)
        .filteredOn(s -> s.server().equals("store"))
        .isNotEmpty()
        .allSatisfy(s -> assertThat(s.authorization()).isNull());
  }

  @Test
  void shouldPreferSafetensors() throws IOException {
    hub.files.put("pytorch_model.bin", bytes(10));
    hub.files.put("onnx/model.onnx", bytes(11));

    assertThat(names(models().fetch(ID)))
        .contains(WEIGHTS)
        .doesNotContain("pytorch_model.bin", "onnx/model.onnx");
  }

  @Test
  void shouldTakeOtherWeightsInTheirOrder() throws IOException {
    hub.files.remove(WEIGHTS);
    hub.files.put("onnx/model.onnx", bytes(11));
    hub.files.put("pytorch_model.bin", bytes(10));

    assertThat(names(models().fetch(ID)))
        .contains("pytorch_model.bin")
        .doesNotContain("onnx/model.onnx");
    hub.files.remove("pytorch_model.bin");
    hub.commit = "e".repeat(40);
    assertThat(names(models().fetch(ID))).contains("onnx/model.onnx");
  }

  @Test
  void shouldFetchWhatLiesBesideAnOnnxFile() throws IOException {
    hub.files.remove(WEIGHTS);
    hub.files.put("onnx/model.onnx", bytes(11));
    hub.files.put("onnx/model.onnx_data", bytes(12));
    hub.files.put("onnx/model_quantized.onnx_data", bytes(13));

    assertThat(names(models().fetch(ID)))
        .contains("onnx/model.onnx", "onnx/model.onnx_data")
        .doesNotContain("onnx/model_quantized.onnx_data");
  }

  @Test
  void shouldFetchTheShardsThatTheIndexNames() throws IOException {
    hub.files.remove(WEIGHTS);
    hub.files.put("pytorch_model.bin", bytes(10));
    hub.files.put("model-1.safetensors", bytes(11));
    hub.files.put("model-2.safetensors", bytes(12));
    hub.files.put("model-3.safetensors", bytes(13));
    put(
        ShardedCheckpoint.INDEX,
        "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}");

    assertThat(names(models().fetch(ID)))
        .contains(ShardedCheckpoint.INDEX, "model-1.safetensors", "model-2.safetensors")
        .doesNotContain("model-3.safetensors", "pytorch_model.bin");
    Files.delete(snapshot().resolve("model-2.safetensors"));
    assertThatThrownBy(() -> offline().fetch(ID)).isInstanceOf(ModelException.class);
  }

  @Test
  void shouldFetchARevisionWithASlash() {
    HubId id = HubId.parse(FakeHub.MODEL + "@refs/pr/1");

    models().fetch(id);

    assertThat(model().resolve("refs/refs/pr/1")).hasContent(FakeHub.COMMIT);
    assertThat(offline().fetch(id)).isEqualTo(snapshot());
  }

  @Test
  void shouldCopyWhereLinksAreNotPossible() {
    HubModels models =
        new HubModels(
            settings(false),
            DownloadListener.SILENT,
            retry(),
            Duration.ofSeconds(5),
            (link, target) -> {
              throw new FileSystemException(link.toString(), null, "no privilege");
            });

    Path weights = models.fetch(ID).resolve(WEIGHTS);

    assertThat(Files.isRegularFile(weights, LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(weights).hasBinaryContent(CONTENT);
  }

  @Test
  void shouldFollowARenamedModelWithinTheHub() {
    hub.hubTricks.add(
        exchange -> {
          String path = exchange.getRequestURI().getRawPath();
          return path.contains("owner/old")
              && FakeHub.redirect(exchange, path.replace("old", "tiny"));
        });

    Path fetched = models().fetch(HubId.parse("owner/old"));

    assertThat(fetched.resolve(WEIGHTS)).hasBinaryContent(CONTENT);
    assertThat(fetched.toString()).contains("models--owner--old");
  }

  @Test
  void shouldTellHowFarADownloadIs() {
    List<Long> done = new ArrayList<>();
    DownloadListener listener =
        (file, bytes, total) -> {
          if (file.equals(WEIGHTS)) {
            assertThat(total).isEqualTo(CONTENT.length);
            done.add(bytes);
          }
        };

    new HubModels(
            settings(false), listener, retry(), Duration.ofSeconds(5), Files::createSymbolicLink)
        .fetch(ID);

    assertThat(done).isSorted().hasSizeGreaterThan(2).endsWith((long) CONTENT.length);
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .toList();
    }
  }

  @Test
  void shouldFetchOlderNamesAndTheWeightsOfADenseModule() {
    put("sentence_distilbert_config.json", "{\"max_seq_length\": 64}");
    put("2_Dense/config.json", "{}");
    put("2_Dense/pytorch_model.bin", "weights");
    put(
        "modules.json",
        """
        [{"path": "", "type": "sentence_transformers.models.Transformer"},
         {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
         {"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]
        """);
    assertThat(models().fetch(ID))
        .isDirectoryRecursivelyContaining("glob:**/sentence_distilbert_config.json")
        .isDirectoryRecursivelyContaining("glob:**/1_Pooling/config.json")
        .isDirectoryRecursivelyContaining("glob:**/2_Dense/config.json")
        .isDirectoryRecursivelyContaining("glob:**/2_Dense/pytorch_model.bin");
  }

  @Test
  void shouldFetchAnEncoderInAFolderOfItsOwn() throws IOException {
    for (String name : List.copyOf(hub.files.keySet())) {
      boolean ofModel = name.equals("modules.json") || name.endsWith("sentence_transformers.json");
      if (!name.contains("/") && !ofModel) {
        hub.files.put("0_Transformer/" + name, hub.files.remove(name));
      }
    }
    put(
        "modules.json",
        """
        [{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
         {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
        """);
    Path fetched = models().fetch(ID);
    for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
      assertThat(fetched.resolve("0_Transformer/" + name)).exists();
    }
    assertThat(fetched.resolve("0_Transformer/sentence_bert_config.json")).exists();
    assertThat(fetched.resolve("1_Pooling/config.json")).exists();
  }
}
