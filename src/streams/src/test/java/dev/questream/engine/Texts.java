package dev.questream.engine;

import java.util.List;

/** Texts of many kinds: lengths, scripts, and what tokenizers stumble over. */
final class Texts {
  static final List<String> VARIED =
      List.of(
          "Who wrote Moby-Dick?",
          "capital of mongolia",
          "a",
          "?",
          "What is the boiling point of water at sea level in degrees Fahrenheit?",
          "Which café in Zürich did the Dadaists meet in, and naïvely, who paid?",
          "Wer malte das Deckengemälde der Sixtinischen Kapelle?",
          "日本で一番高い山は何ですか?",
          "من كتب ألف ليلة وليلة؟",
          "🤔 what does 👩‍🚀 mean?",
          "e\u0301 combining, o\u0308 too",
          "control\u0000 characters\u0007 and\ttabs\nand lines",
          "zero\u200bwidth\u200djoiner",
          "[CLS] literal [SEP] special [MASK] tokens [PAD]",
          "x".repeat(150) + " is a long word",
          "The same question twice",
          "The same question twice",
          "How many players does each side have on the field in a game of cricket?",
          "word ".repeat(100).trim(),
          "question ".repeat(900).trim());

  private Texts() {}
}
