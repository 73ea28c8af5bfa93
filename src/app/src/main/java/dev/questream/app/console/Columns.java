package dev.questream.app.console;

/**
 * How much of a line of a terminal text takes: wide characters two columns, marks on others none.
 */
final class Columns {
  /**
   * First and last code points that Unicode calls wide or fullwidth (UAX 11), unassigned between.
   */
  private static final int[][] WIDE = {
    {0x1100, 0x115f},
    {0x2e80, 0x303e},
    {0x3041, 0xa4cf},
    {0xa960, 0xa97f},
    {0xac00, 0xd7a3},
    {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},
    {0xff01, 0xff60},
    {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff},
    {0x1f900, 0x1faff},
    {0x20000, 0x3fffd}
  };

  private Columns() {}

  /** The beginning of a text that takes no more than so many columns. */
  static String cut(String text, int columns) {
    int taken = 0;
    for (int i = 0; i < text.length(); ) {
      int character = text.codePointAt(i);
      taken += of(character);
      if (taken > columns) {
        return text.substring(0, i);
      }
      i += Character.charCount(character);
    }
    return text;
  }

  private static int of(int character) {
    switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> {
        return 0;
      }
      default -> {}
    }
    for (int[] range : WIDE) {
      if (range[0] <= character && character <= range[1]) {
        return 2;
      }
    }
    return 1;
  }
}
