package dev.questream.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceIdTest {
  @TempDir Path folder;

  private QuestreamConfig config(String application, String instance) {
    return new QuestreamConfig(
        Map.of(
            "state.dir", folder.resolve("state").toString(),
            "application.id", application,
            "instance.id", instance));
  }

  @Test
  void shouldKeepTheIdOfAnApplicationBesideItsState() {
    String id = InstanceId.of(config("a", ""));
    assertThat(id).startsWith("questream-");
    assertThat(InstanceId.of(config("a", ""))).isEqualTo(id);
    assertThat(InstanceId.of(config("b", ""))).isNotEqualTo(id);
    assertThat(folder.resolve("state")).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void shouldTakeTheConfiguredId() {
    assertThat(InstanceId.of(config("a", "pod-0"))).isEqualTo("pod-0");
    assertThat(folder.resolve("state")).doesNotExist();
  }

  @Test
  void shouldRefuseAFileThatHoldsNoId() throws Exception {
    InstanceId.of(config("a", ""));
    Files.writeString(folder.resolve("state/a.instance-id"), "two words\n");
    assertThatThrownBy(() -> InstanceId.of(config("a", "")))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("a.instance-id")
        .hasMessageContaining("delete it");
  }

  @Test
  void shouldSayWhichFolderCannotBeUsed() throws Exception {
    Files.writeString(folder.resolve("state"), "a file");
    assertThatThrownBy(() -> InstanceId.of(config("a", "")))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining(folder.resolve("state").toString());
  }
}
