package dev.questream.it.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bar on a real pseudo-terminal, which {@code script} of util-linux makes. */
class TerminalIT {
  private static final int NARROW = 40;

  private static boolean has(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** All that was written to a terminal of so many columns. */
  private static String shown(int columns) throws Exception {
    assumeTrue(has("script") && has("stty"), "script and stty (util-linux, coreutils) are needed");
    String java =
        "%s -Dquestream.terminal=true -cp '%s' %s"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                ProgressProgram.class.getName());
    Process script =
        new ProcessBuilder(
                "script", "-qec", "stty cols %d; exec %s".formatted(columns, java), "/dev/null")
            .redirectErrorStream(true)
            .start();
    String shown = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(script.waitFor()).as(shown).isZero();
    return shown;
  }

  /** The characters of this test alone: those of the detail that are Japanese take two columns. */
  private static int columns(String line) {
    return line.codePoints().map(character -> character > 0x2e80 ? 2 : 1).sum();
  }

  private static List<String> updates(String shown) {
    return Arrays.stream(shown.split("\r\u001b\\[K")).filter(line -> !line.isBlank()).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 120})
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void shouldBeNoWiderThanTheTerminalAsItIsNow(int columns) throws Exception {
    String[] halves = shown(columns).split("NARROW");
    List<String> wide = updates(halves[0]);
    List<String> narrow = updates(halves[1]);
    assertThat(wide).as("updates").hasSizeGreaterThan(3);
    assertThat(wide).allSatisfy(line -> assertThat(columns(line)).isLessThan(columns));
    assertThat(wide).as("as much as fits").anyMatch(line -> columns(line) >= columns - 2);
    assertThat(narrow).hasSizeGreaterThan(3);
    assertThat(narrow).allSatisfy(line -> assertThat(columns(line)).isLessThan(NARROW));
    assertThat(String.join("", wide) + String.join("", narrow)).doesNotContain("\n");
  }
}
