package dev.questream.app.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class StepTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Console console(boolean terminal) {
    return new Console(
        new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), terminal);
  }

  @Test
  void shouldShowBeginningAndEndInOneLineOfATerminal() {
    Step step = console(true).step("loading the model");
    Awaitility.await().until(() -> err.size() > 0);
    assertThat(err.toString(UTF_8))
        .startsWith("\r\u001b[K  … loading the model ")
        .doesNotContain("\n");
    step.done("model loaded");
    assertThat(err.toString(UTF_8))
        .contains("\r\u001b[K  ✓ model loaded ")
        .endsWith(" s" + System.lineSeparator());
    assertThat(err.toString(UTF_8)).containsOnlyOnce("\n");
    assertThat(out.size()).isZero();
  }

  @Test
  void shouldEraseAStepOfATerminalThatFailed() {
    Step step = console(true).step("loading the model");
    Awaitility.await().until(() -> err.size() > 0);
    step.close();
    assertThat(err.toString(UTF_8)).endsWith("\r\u001b[K").doesNotContain("\n", "✓");
  }

  @Test
  void shouldShowOnlyTheEndElsewhere() {
    Step step = console(false).step("loading the model");
    assertThat(err.size()).isZero();
    step.done("model loaded");
    assertThat(err.toString(UTF_8)).matches("  ✓ model loaded +[0-9]+\\.[0-9] s\\R");
    assertThat(out.size()).isZero();
  }

  @Test
  void shouldShowTheSameInEveryLocaleAndTakePercentSigns() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      console(false).step("x").done("100% of %s");
    } finally {
      Locale.setDefault(before);
    }
    assertThat(err.toString(UTF_8)).matches("  ✓ 100% of %s +[0-9]+\\.[0-9] s\\R");
  }
}
