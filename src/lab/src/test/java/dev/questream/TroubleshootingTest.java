package dev.questream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The messages on the page of troubles are those of the code, and each alert has its runbook. */
class TroubleshootingTest {
  private static final Path PAGE = Repository.path("docs/troubleshooting.md");
  private static final Pattern MESSAGE = Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE);
  private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");

  /** Literals that are joined in the code, joined; escapes as they are printed. */
  private static String sources() throws IOException {
    StringBuilder text = new StringBuilder(Files.readString(Repository.path("questream")));
    try (Stream<Path> files = Files.walk(Repository.path("src"))) {
      for (Path file : files.filter(TroubleshootingTest::isMainSource).toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString().replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\"");
  }

  private static boolean isMainSource(Path file) {
    return file.toString().endsWith(".java") && file.toString().contains("/src/main/java/");
  }

  private static List<String> found(Pattern pattern, Path file) throws IOException {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(Files.readString(file));
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  @Test
  void shouldQuoteMessagesAsTheCodeHasThem() throws IOException {
    String sources = sources();
    List<String> messages = found(MESSAGE, PAGE);
    assertThat(messages).hasSizeGreaterThan(30);
    for (String message : messages) {
      for (String part : message.split("…")) {
        assertThat(sources.contains(part.strip()))
            .as("%s: \"%s\" of \"%s\" is in no source", PAGE, part, message)
            .isTrue();
      }
    }
  }

  @Test
  void shouldHaveARunbookForEachAlert() throws IOException {
    List<String> alerts = found(ALERT, Repository.path("deploy/prometheus/alerts.yml"));
    assertThat(alerts).hasSizeGreaterThan(10);
    assertThat(
            found(
                Pattern.compile("^## (Questream\\w+)", Pattern.MULTILINE),
                Repository.path("docs/runbooks.md")))
        .containsExactlyElementsOf(alerts);
  }
}
