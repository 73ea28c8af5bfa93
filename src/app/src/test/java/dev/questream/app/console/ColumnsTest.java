package dev.questream.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnsTest {

  @ParameterizedTest
  @CsvSource({
    "abc, 3, abc",
    "abcd, 3, abc",
    "█░é…, 4, █░é…",
    "日本語, 6, 日本語",
    "日本語, 5, 日本",
    "a日本, 2, a",
    "한국어 ｆｕｌｌ, 8, 한국어 ",
    "😀😀, 3, 😀",
    "𠮷𠮷, 2, 𠮷",
    "e\u0301e\u0301e\u0301, 2, e\u0301e\u0301",
    "a\u200db, 2, a\u200db"
  })
  void shouldCutToColumns(String text, int columns, String cut) {
    assertThat(Columns.cut(text, columns).strip()).isEqualTo(cut.strip());
  }
}
