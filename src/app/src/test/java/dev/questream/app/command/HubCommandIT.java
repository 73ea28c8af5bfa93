package dev.questream.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.hub.FakeHub;
import dev.questream.it.Launched;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command line with a model on the hub: a small DPR question encoder in the legacy layout. */
@DisabledOnOs(OS.WINDOWS)
class HubCommandIT {
  @TempDir Path folder;
  private FakeHub hub;

  @BeforeEach
  void publish() throws IOException {
    hub = new FakeHub();
    hub.files.put("pytorch_model.bin", golden("weights/dpr-question.legacy.bin"));
    hub.files.put("tokenizer.json", golden("tokenizer.json"));
    hub.files.put(
        "config.json", "{\"model_type\": \"dpr\", \"num_attention_heads\": 4}".getBytes("UTF-8"));
  }

  @AfterEach
  void close() {
    hub.close();
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = HubCommandIT.class.getResourceAsStream("/golden/" + name)) {
      return in.readAllBytes();
    }
  }

  private Launched questream(Map<String, String> more, String... arguments) throws Exception {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("HF_HOME", folder.resolve("hf").toString());
    environment.putIfAbsent("HF_ENDPOINT", hub.endpoint().toString());
    environment.put("QUESTREAM_CACHE_DIR", folder.resolve("cache").toString());
    return Launched.application(folder, environment, arguments).await();
  }

  @Test
  void shouldFetchOnceAndThenWorkOffline() throws Exception {
    Path input = Files.writeString(folder.resolve("in.txt"), "who are you\n");
    String[] encode = {"encode", "--model", FakeHub.MODEL, "--input", input.toString()};
    Launched first = questream(Map.of(), encode);
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.err()).contains("32 dimensions (" + FakeHub.MODEL);
    JsonNode vector = new ObjectMapper().readTree(first.out());
    assertThat(vector.path("embedding").size()).isEqualTo(32);

    Launched offline = questream(Map.of("HF_HUB_OFFLINE", "1"), encode);
    assertThat(offline.status()).as(offline.err()).isZero();
    assertThat(offline.out()).isEqualTo(first.out());
    assertThat(hub.gets("pytorch_model.bin")).hasSize(2); // the hub, and the store it points to
  }

  @Test
  void shouldInspectWithItsCommit() throws Exception {
    Launched inspect = questream(Map.of(), "model", "inspect", FakeHub.MODEL);
    assertThat(inspect.status()).as(inspect.err()).isZero();
    assertThat(inspect.out())
        .containsPattern("model +" + FakeHub.MODEL)
        .containsPattern("revision +[0-9a-f]{40}")
        .containsPattern("role +question")
        .containsPattern("weight file +pytorch_model.bin");
  }

  @Test
  void shouldRefuseTheQuestionEncoderForPassages() throws Exception {
    Path input = Files.writeString(folder.resolve("in.txt"), "who are you\n");
    Launched encode =
        questream(
            Map.of(),
            "encode",
            "--model",
            FakeHub.MODEL,
            "--role",
            "passage",
            "--input",
            input.toString());
    assertThat(encode.status()).isEqualTo(3);
    assertThat(encode.err()).contains("question encoder").contains("passage encoder");
  }

  @Test
  void shouldSayThatThereIsNoSuchModelAndThatTheHubIsNotThere() throws Exception {
    Launched missing = questream(Map.of(), "model", "inspect", "no/such-model");
    assertThat(missing.status()).isEqualTo(3);
    assertThat(missing.err()).contains("no/such-model");
    Launched offline =
        questream(Map.of("HF_HUB_OFFLINE", "1"), "model", "inspect", "no/such-model");
    assertThat(offline.status()).isEqualTo(3);
    assertThat(offline.err()).contains("HF_HUB_OFFLINE");
  }
}
