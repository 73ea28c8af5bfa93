package dev.questream.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A tiny sentence-transformers model on a {@link FakeHub}, and a cache to fetch it into. */
abstract class HubTest {
  static final HubId ID = HubId.parse(FakeHub.MODEL);
  static final String WEIGHTS = "model.safetensors";
  static final byte[] CONTENT = bytes(300_000);

  @TempDir Path folder;
  FakeHub hub;
  Path cache;
  final List<Duration> slept = new ArrayList<>();

  @BeforeEach
  void publish() throws IOException {
    cache = folder.resolve("cache");
    hub = new FakeHub();
    hub.files.put(WEIGHTS, CONTENT);
    put("config.json", "{\"hidden_size\": 8}");
    put("tokenizer.json", "{\"model\": {}}");
    put("tokenizer_config.json", "{\"model_max_length\": 512}");
    put("config_sentence_transformers.json", "{\"prompts\": {}}");
    put("sentence_bert_config.json", "{\"max_seq_length\": 128}");
    put("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}");
    put("README.md", "not needed");
    put(
        "modules.json",
        """
        [{"path": "", "type": "sentence_transformers.models.Transformer"},
         {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
         {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
        """);
  }

  @AfterEach
  void close() {
    hub.close();
  }

  final void put(String name, String text) {
    hub.files.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  final HubSettings settings(boolean offline) {
    return new HubSettings(hub.endpoint(), cache, Optional.of("hf_secret"), offline);
  }

  final HubModels models() {
    return models(settings(false));
  }

  final HubModels offline() {
    return models(settings(true));
  }

  final HubModels unreachable() {
    return models(
        new HubSettings(URI.create("http://localhost:1"), cache, Optional.empty(), false));
  }

  final HubModels models(HubSettings settings) {
    return new HubModels(
        settings,
        DownloadListener.SILENT,
        retry(),
        Duration.ofSeconds(5),
        Files::createSymbolicLink);
  }

  final Retry retry() {
    return new Retry(3, Duration.ofMillis(100), Duration.ofSeconds(60), slept::add, () -> 1);
  }

  final Path model() {
    return cache.resolve("models--owner--tiny");
  }

  final Path snapshot() {
    return model().resolve("snapshots").resolve(FakeHub.COMMIT);
  }

  /** The layout as huggingface_hub writes it: refs without a line end, relative links. */
  final void layOutAsPythonDoes() throws IOException {
    for (var file : hub.files.entrySet()) {
      Path blob = model().resolve("blobs").resolve(FakeHub.git(file.getValue()));
      Path link = snapshot().resolve(file.getKey());
      Files.createDirectories(blob.getParent());
      Files.createDirectories(link.getParent());
      Files.write(blob, file.getValue());
      Files.createSymbolicLink(link, link.getParent().relativize(blob));
    }
    Files.createDirectories(model().resolve("refs"));
    Files.writeString(model().resolve("refs/main"), FakeHub.COMMIT);
  }

  static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(7).nextBytes(bytes);
    return bytes;
  }
}
