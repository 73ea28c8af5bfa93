package dev.questream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.testing.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What can be checked of the documentation without reading it: its links, and that nothing is left
 * to fill in.
 */
class DocumentationTest {
  private static final Pattern SOURCE =
      Pattern.compile("/src/main/java/dev/questream/(\\w.*)\\.java$");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(#[^)]*)?\\)");

  private static final Pattern CLASS =
      Pattern.compile("(?<![\\w.])(?:dev\\.questream\\.)?((?:[a-z]+\\.)+)([A-Z][a-z]\\w*)");

  /** Names of all classes, without {@code dev.questream}. */
  private static final Set<String> CLASSES = classes();

  private static final Set<String> ROOMS =
      CLASSES.stream().map(name -> name.split("\\.", -1)[0]).collect(Collectors.toSet());

  private static Set<String> classes() {
    try (Stream<Path> files = Files.walk(Repository.path("src"))) {
      return files
          .map(path -> path.toString().replace('\\', '/'))
          .map(SOURCE::matcher)
          .filter(Matcher::find)
          .map(source -> source.group(1).replace('/', '.'))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

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

  /** Of ours, such as {@code encoder.Pooling}: a class that was renamed is found here. */
  @ParameterizedTest
  @MethodSource("pages")
  void shouldNameOnlyClassesThatAreThere(Path page) throws IOException {
    Matcher names = CLASS.matcher(Files.readString(page));
    while (names.find()) {
      String name = names.group(1) + names.group(2);
      if (ROOMS.contains(names.group(1).split("\\.", -1)[0])) {
        assertThat(CLASSES).as("%s names %s", page, name).contains(name);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void shouldHaveNothingLeftToFillIn(Path page) throws IOException {
    assertThat(Files.readString(page)).doesNotContain("@@", "TODO", "FIXME");
  }
}
