package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is taken from the card of a stranger's model. */
class FrontMatterTest {
  @Test
  void shouldTakeLanguageAndLicence() {
    assertThat(FrontMatter.in("---\nlicense: apache-2.0\nlanguage: en\ntags: [x]\n---\n# A"))
        .isEqualTo(new FrontMatter(List.of("en"), "apache-2.0"));
    assertThat(FrontMatter.in("---\r\nlanguage:\r\n- en\r\n- pt-BR\r\n---\r\n").languages())
        .containsExactly("en", "pt-BR");
  }

  @Test
  void shouldTakeNothingElse() {
    FrontMatter nothing = new FrontMatter(List.of(), "");
    assertThat(FrontMatter.in("# A model\n---\nlanguage: en\n---\n")).isEqualTo(nothing);
    assertThat(FrontMatter.in("---\nlanguage: [en\n---\n")).isEqualTo(nothing);
    assertThat(FrontMatter.in("---\nlanguage: \"en\\nlicense: x\"\nlicense: [mit]\n---\n"))
        .isEqualTo(nothing);
    assertThat(FrontMatter.in("---\n---\n")).isEqualTo(nothing);
    assertThat(FrontMatter.in("")).isEqualTo(nothing);
  }
}
