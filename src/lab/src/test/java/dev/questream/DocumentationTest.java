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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What can be checked of the documentation without reading it: its links, and that nothing is left
 * to fill in.
 */
class DocumentationTest {
  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(#[^)]*)?\\)");

  static List<Path> pages() throws IOException {
    List<Path> pages =
        new ArrayList<>(
            List.of(
                Repository.path("README.md"),
                Repository.path("CONTRIBUTING.md"),
                Repository.path("CHANGELOG.md")));
    try (Stream<Path> docs = Files.walk(Repository.path("docs"))) {
      docs.filter(path -> path.toString().endsWith(".md")).forEach(pages::add);
    }
    return pages;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void shouldLinkOnlyToWhatIsThere(Path page) throws IOException {
    Matcher links = LINK.matcher(Files.readString(page));
    Path folder = page.toAbsolutePath().getParent();
    while (links.find()) {
      String target = links.group(1);
      if (!target.contains("://")) {
        assertThat(folder.resolve(target)).as("%s links to %s", page, target).exists();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void shouldHaveNothingLeftToFillIn(Path page) throws IOException {
    assertThat(Files.readString(page)).doesNotContain("@@", "TODO", "FIXME");
  }
}
