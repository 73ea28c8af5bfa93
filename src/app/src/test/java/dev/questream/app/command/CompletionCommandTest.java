package dev.questream.app.command;

import static dev.questream.app.CommandLineResult.questream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.questream.app.CommandLineResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script in a real bash. */
class CompletionCommandTest {
  private static final Path BASH = Path.of("/bin/bash");

  @TempDir Path folder;
  private Path script;

  @BeforeEach
  void print() throws IOException {
    assumeTrue(Files.isExecutable(BASH), "there is no bash here");
    CommandLineResult result = questream("completion", "bash");
    assertThat(result.status()).as(result.err()).isZero();
    script = Files.writeString(folder.resolve("completion.sh"), result.out());
  }

  private String bash(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = BASH.toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** What bash offers for the last word of a line. */
  private String complete(String line) throws Exception {
    String last = line.substring(line.lastIndexOf(' ') + 1);
    return bash(
        "--norc",
        "-c",
        """
        source %s
        COMP_WORDS=(%s)
        COMP_CWORD=%d
        COMP_LINE='%s'
        COMP_POINT=${#COMP_LINE}
        complete -p questream >/dev/null || exit 9
        _complete_questream questream '%s' '' 2>/dev/null # compopt, which works at a prompt
        printf '%%s\\n' "${COMPREPLY[@]}"
        """
            .formatted(
                script,
                last.isEmpty() ? line + "''" : line,
                line.split(" ", -1).length - 1,
                line,
                last));
  }

  @Test
  void shouldBeBash() throws Exception {
    assertThat(bash("-n", script.toString())).isEmpty();
  }

  @Test
  void shouldCompleteCommandsOptionsAndChoices() throws Exception {
    assertThat(complete("questream pro").lines().map(String::strip)).containsExactly("produce");
    assertThat(complete("questream model im").lines().map(String::strip)).containsExactly("import");
    assertThat(complete("questream produce --ra").lines().map(String::strip))
        .containsExactly("--rate");
    assertThat(complete("questream encode --output-format ").lines().map(String::strip))
        .contains("JSONL", "NPY");
  }

  @Test
  void shouldRefuseOtherShells() {
    questream("completion", "fish").assertRefused("SHELL");
  }
}
