package dev.questream.app.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ProgressTest {

  /** A console that keeps what is written. */
  private static final class Kept {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console;

    Kept(boolean terminal) {
      console =
          new Console(
              new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), terminal);
    }

    String text() {
      return err.toString(UTF_8);
    }
  }

  @Test
  void shouldSayNothingOfWhatIsDoneAtOnce() {
    for (boolean terminal : new boolean[] {true, false}) {
      Kept kept = new Kept(terminal);
      Progress progress = kept.console.progress("embedding", 1000);
      for (int i = 0; i <= 1000; i++) {
        progress.at(i, "detail");
      }
      progress.done();
      assertThat(kept.text()).isEmpty();
      assertThat(kept.out.size()).isZero();
    }
  }

  /** One wait of two seconds for all kinds. */
  @Test
  void shouldShowABarOnATerminalAndALineElsewhere() {
    Kept terminal = new Kept(true);
    Kept file = new Kept(false);
    Kept unknown = new Kept(false);
    Progress bar = terminal.console.progress("embedding", 4000);
    Progress line = file.console.progress("embedding", 4000);
    Progress count = unknown.console.progress("encoding", 0);
    Kept kept = new Kept(true);
    Progress narrow = new Progress(kept.console, "日本語", 4000, () -> 14);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              bar.at(1000, "p50 3 ms");
              line.at(1000, "");
              count.at(1000, "");
              narrow.at(1000, "p50 3 ms");
              return !kept.text().isEmpty()
                  && !terminal.text().isEmpty()
                  && !file.text().isEmpty()
                  && !unknown.text().isEmpty();
            });
    assertThat(terminal.text())
        .startsWith("\r\u001b[K  embedding " + "█".repeat(6) + "░".repeat(18) + " 1,000 of 4,000  ")
        .contains("/s  ")
        .contains(" s left  p50 3 ms")
        .doesNotContain("\n");
    assertThat(file.text()).matches("  embedding 1,000 of 4,000  [0-9,]+/s  [0-9]+ s left\\R");
    assertThat(unknown.text()).matches("  encoding 1,000  [0-9,]+/s\\R");
    assertThat(kept.text()).isEqualTo("\r\u001b[K  日本語 ████");
    bar.done();
    line.done();
    assertThat(terminal.text()).endsWith("\r\u001b[K");
    assertThat(file.text()).as("one line in five seconds").matches("[^\\n]*\\n");
  }
}
