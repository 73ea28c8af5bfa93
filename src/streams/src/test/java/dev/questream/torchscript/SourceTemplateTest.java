package dev.questream.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceTemplateTest {
  private static final String NESTED =
      """
      # A comment with $NOTHING to fill in.
      first
      #if a
        # another
        a
      #if b
        a and b
      #else
        a without b
      #end
        a again
      #else
      #if b
        b without a
      #end
      #end

      last
      """;

  private static String source(
      String text, Map<String, Boolean> options, Map<String, String> values) {
    return new SourceTemplate("test.py", text).source(options, values);
  }

  @ParameterizedTest
  @CsvSource({
    "true, true, first/  a/  a and b/  a again/last/",
    "true, false, first/  a/  a without b/  a again/last/",
    "false, true, first/  b without a/last/",
    "false, false, first/last/"
  })
  void shouldChooseLinesByOptionsAndLeaveCommentsOut(boolean a, boolean b, String expected) {
    assertThat(source(NESTED, Map.of("a", a, "b", b), Map.of()))
        .isEqualTo(expected.replace('/', '\n'));
  }

  @Test
  void shouldFillInValuesAsTheyAre() {
    assertThat(source("x = [$WIDTH, $WIDTH_2]\n", Map.of(), Map.of("WIDTH", "$1", "WIDTH_2", "\\")))
        .isEqualTo("x = [$1, \\]\n");
  }

  @Test
  void shouldKeepACommentBehindCode() {
    assertThat(source("x = 1  # one\n", Map.of(), Map.of())).isEqualTo("x = 1  # one\n");
  }

  @Test
  void shouldRefuseNamesThatAreMissingOrUnused() {
    String text = "#if a\nx = $ONE\n#end\n";
    assertThatThrownBy(() -> source(text, Map.of(), Map.of("ONE", "1")))
        .hasMessage("test.py uses the options [a], but is given []");
    assertThatThrownBy(() -> source(text, Map.of("a", true, "b", true), Map.of("ONE", "1")))
        .hasMessage("test.py uses the options [a], but is given [a, b]");
    // also in lines that are left out
    assertThatThrownBy(() -> source(text, Map.of("a", false), Map.of()))
        .hasMessage("test.py uses the values [ONE], but is given []");
    assertThatThrownBy(() -> source(text, Map.of("a", false), Map.of("ONE", "1", "TWO", "2")))
        .hasMessage("test.py uses the values [ONE], but is given [ONE, TWO]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "#ifdef a",
        "#if",
        "#if a and b",
        "#elif a",
        "#end",
        "#else",
        "  #end",
        "#comment",
        "#if a\n#else\n#else\n#end"
      })
  void shouldRefuseLinesThatDoNotFit(String text) {
    Map<String, Boolean> options = text.startsWith("#if a\n") ? Map.of("a", true) : Map.of();
    assertThatThrownBy(() -> source("x\n" + text, options, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("test.py:", "is neither a comment nor fits here");
  }

  @Test
  void shouldRefuseAConditionWithoutEnd() {
    assertThatThrownBy(() -> source("#if a\n#if b\n#end", Map.of("a", true, "b", true), Map.of()))
        .hasMessage("test.py lacks an #end");
  }

  @Test
  void shouldNameAResourceThatIsNotThere() {
    assertThatThrownBy(() -> SourceTemplate.resource("none.py"))
        .hasMessageContaining("torchscript/none.py");
  }
}
