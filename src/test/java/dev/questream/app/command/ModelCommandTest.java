package dev.questream.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.Main;
import dev.questream.app.terminal.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandTest {
  @TempDir Path cache;
  private String out;

  private int run(String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--set");
    all.add("cache.dir=" + cache);
    int status = Main.execute(new Console(stream, stream, false), all.toArray(String[]::new));
    out = bytes.toString(StandardCharsets.UTF_8);
    return status;
  }

  @Test
  void shouldInspectWithoutImporting() throws IOException {
    assertThat(run("model", "inspect", "bge-small-en-v1.5")).isZero();
    assertThat(out)
        .containsPattern("role +universal")
        .containsPattern("layers +12")
        .containsPattern("dimensions +384")
        .containsPattern("pooling +cls")
        .containsPattern("max tokens +512")
        .containsPattern("weights sha256 +828e1496d7fa");
    try (var files = Files.list(cache)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void shouldImportListAndFindDamage() throws IOException {
    assertThat(run("model", "list")).isZero();
    assertThat(out).isEmpty();
    assertThat(run("model", "import", "bge-small-en-v1.5", "--set", "encoder.precision=bf16"))
        .isZero();
    assertThat(run("model", "list")).isZero();
    assertThat(out).containsPattern("bge-small-en-v1.5 +bf16 +384 dimensions");
    assertThat(run("model", "verify")).isZero();
    assertThat(out).doesNotContain("DAMAGED");

    for (Path archive : archives()) {
      byte[] bytes = Files.readAllBytes(archive);
      bytes[bytes.length / 2] ^= 1;
      Files.write(archive, bytes);
    }
    assertThat(run("model", "verify")).isEqualTo(3);
    assertThat(out).contains("DAMAGED");
  }

  private List<Path> archives() throws IOException {
    try (var files = Files.list(cache)) {
      return files.filter(file -> file.toString().endsWith(".pt")).toList();
    }
  }

  @Test
  void shouldSayThatThereIsNoSuchModel() {
    assertThat(run("model", "inspect", "nope")).isEqualTo(3);
    assertThat(out).contains("nope");
  }
}
