package dev.questream.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.console.Console;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Arrays;

/** What the command line did in this process: exit status, standard output and error. */
public record CommandLineResult(int status, String out, String err) {

  /** Runs a command. */
  public static CommandLineResult questream(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
    int status = Main.execute(console, arguments);
    return new CommandLineResult(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** It failed, and said so in one line. */
  public void assertOneLine() {
    assertThat(err).startsWith("questream: ");
    assertThat(err.lines()).hasSize(1);
    assertThat(out).isEmpty();
  }

  /** It refused the command line and named what was wrong. */
  public void assertRefused(String named) {
    assertThat(status).isEqualTo(2);
    assertThat(err).containsIgnoringCase(named);
    assertThat(out).isEmpty();
  }

  /**
   * Asserts that a command has a help with these options.
   *
   * @param commandAndOptions such as {@code dlq list: --limit --json}
   */
  public static void assertHelp(String commandAndOptions) {
    String[] parts = commandAndOptions.split(": ");
    String[] words = parts[0].split(" ");
    String[] arguments = Arrays.copyOf(words, words.length + 1);
    arguments[words.length] = "--help";
    CommandLineResult result = questream(arguments);
    assertThat(result.status()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("Usage: questream " + parts[0]);
    assertThat(result.out()).contains(parts[1].split(" ")).contains("--help", "--verbose");
    assertThat(result.out())
        .as("%s: an option's line with nothing behind it but the next option's", parts[0])
        .doesNotContainPattern("(?m)^ +(-\\w, )?--[a-z-]+(=\\S+)? *\\R +(-\\w, )?--[a-z]");
    arguments[words.length] = "-h";
    assertThat(questream(arguments)).isEqualTo(result);
  }
}
