package dev.questream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds the snippets in {@code docs/library.md} to the example that is compiled and tested. After a
 * change: {@code mvn test -Dtest=LibraryDocTest -Dquestream.update=true}.
 */
class LibraryDocTest {
  private static final Path PAGE = Repository.path("docs/library.md");
  private static final Path EXAMPLE = Repository.path("examples/near-duplicates");

  @ParameterizedTest
  @CsvSource({
    "xml, <dependency>, pom.xml, <!-- docs:dependency -->, <!-- docs:end -->",
    "java, static Topology topology, src/main/java/com/example/helpdesk/HelpDesk.java, // docs:topology, // docs:end",
    "java, static void run, src/main/java/com/example/helpdesk/HelpDesk.java, // docs:run, // docs:end"
  })
  void shouldShowTheExampleAsItIs(
      String language, String begins, String file, String from, String to) throws IOException {
    String source = Files.readString(EXAMPLE.resolve(file));
    int start = source.indexOf(from);
    assertThat(start).as("%s has %s", file, from).isNotNegative();
    String snippet = source.substring(source.indexOf('\n', start) + 1, source.indexOf(to, start));
    String expected = snippet.stripTrailing().stripIndent().strip();
    String page = Files.readString(PAGE);
    int block = page.indexOf("```" + language + "\n" + begins);
    assertThat(block).as("%s shows what begins with %s", PAGE, begins).isNotNegative();
    int first = page.indexOf('\n', block) + 1;
    int last = page.indexOf("\n```", first);
    if (Boolean.getBoolean("questream.update")) {
      page = page.substring(0, first) + expected + page.substring(last);
      Files.writeString(PAGE, page);
      last = first + expected.length();
    }
    assertThat(page.substring(first, last)).isEqualTo(expected);
  }
}
