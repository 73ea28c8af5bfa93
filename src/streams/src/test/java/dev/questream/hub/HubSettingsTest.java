package dev.questream.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubSettingsTest {
  private static final Path HOME = Path.of(System.getProperty("user.home"));

  @TempDir Path folder;

  @Test
  void shouldHaveTheDefaultsOfThePythonLibrary() {
    HubSettings settings = HubSettings.of(Map.of("HF_TOKEN", "t"));

    assertThat(settings.endpoint()).hasToString("https://huggingface.co");
    assertThat(settings.cache()).isEqualTo(HOME.resolve(".cache/huggingface/hub"));
    assertThat(settings.offline()).isFalse();
  }

  @Test
  void shouldFindTheCache() {
    assertThat(HubSettings.of(Map.of("XDG_CACHE_HOME", "/x")).cache())
        .isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(HubSettings.of(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "~/h")).cache())
        .isEqualTo(HOME.resolve("h/hub"));
    assertThat(HubSettings.of(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "/c")).cache())
        .isEqualTo(Path.of("/c"));
  }

  @Test
  void shouldReadTheTokenFromTheVariableElseTheFile() throws IOException {
    Map<String, String> home = Map.of("HF_HOME", folder.toString());
    assertThat(HubSettings.of(home).token()).isEmpty();
    Files.writeString(folder.resolve("token"), "hf_file\n");
    assertThat(HubSettings.of(home).token()).contains("hf_file");
    assertThat(HubSettings.of(Map.of("HF_HOME", folder.toString(), "HF_TOKEN", " hf_env ")).token())
        .contains("hf_env");
  }

  @Test
  void shouldNotShowTheToken() {
    HubSettings settings = HubSettings.of(Map.of("HF_TOKEN", "hf_secret"));

    assertThat(settings.toString()).doesNotContain("hf_secret").contains("token=set");
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_TOKEN", "hf_secret\nHost: evil")))
        .isInstanceOf(ModelException.class)
        .hasMessageNotContaining("hf_secret");
  }

  @ParameterizedTest
  @CsvSource({"1,true", "TRUE,true", "yes,true", "On,true", "0,false", "no,false", "'',false"})
  void shouldReadOffline(String text, boolean offline) {
    assertThat(HubSettings.of(Map.of("HF_TOKEN", "t", "HF_HUB_OFFLINE", text)).offline())
        .isEqualTo(offline);
  }

  @Test
  void shouldAllowAPathInTheEndpoint() {
    assertThat(
            HubSettings.of(Map.of("HF_TOKEN", "t", "HF_ENDPOINT", "https://m.example/hf/"))
                .endpoint())
        .hasToString("https://m.example/hf");
  }

  @ParameterizedTest
  @ValueSource(strings = {"huggingface.co", "ftp://x", "https://", "https://a:b@x", "a b"})
  void shouldRefuseOtherEndpoints(String text) {
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_TOKEN", "t", "HF_ENDPOINT", text)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("HF_ENDPOINT is");
  }
}
