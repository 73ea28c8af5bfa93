package dev.questream.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Keeps the tables of {@code docs/configure.md} as the code has it. With {@code
 * -Dquestream.update=true} the page is rewritten.
 */
class ConfigureDocTest {
  private static final Path PAGE = Repository.path("docs/configure.md");
  private static final String BEGIN = "<!-- settings: begin -->\n";
  private static final String END = "<!-- settings: end -->\n";

  @Test
  void shouldShowEverySettingAsTheCodeHasIt() throws IOException {
    String page = Files.readString(PAGE);
    String fresh = withTables(page, SettingsTable.render(SettingsDefinition.topics()));
    if (Boolean.getBoolean("questream.update")) {
      Files.writeString(PAGE, fresh);
      return;
    }
    assertThat(page)
        .as(
            "%s is stale; rewrite it with `mvn test -Dtest=ConfigureDocTest -Dquestream.update=true`",
            PAGE)
        .isEqualTo(fresh);
  }

  @Test
  void shouldNotDependOnWhoRendersIt() {
    assertThat(SettingsTable.render(SettingsDefinition.topics()))
        .contains("`~/.cache/questream`", "`~/.local/state/questream`")
        .doesNotContain(System.getProperty("user.home") + "/");
  }

  @Test
  void shouldShowEverySettingOnce() {
    List<String> shown =
        SettingsDefinition.topics().stream()
            .flatMap(topic -> topic.settings().names().stream())
            .toList();
    assertThat(shown).containsExactlyInAnyOrderElementsOf(QuestreamConfig.CONFIG.names());
  }

  private static String withTables(String page, String tables) {
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    assertThat(begin >= 0 && end > begin).as("%s has the markers of the tables", PAGE).isTrue();
    return page.substring(0, begin + BEGIN.length()) + "\n" + tables + "\n" + page.substring(end);
  }
}
