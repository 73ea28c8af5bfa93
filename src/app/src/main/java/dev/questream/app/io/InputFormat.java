package dev.questream.app.io;

import java.nio.file.Path;
import java.util.Locale;

/** How texts lie in a file. Each may be gzipped. */
public enum InputFormat {
  /** One text a line. */
  TEXT,
  /** One JSON object a line: {@code {"id","text"}}, passages also {@code "title"}. */
  JSONL,
  /** DPR's files: {@code qa.csv} (question, answers) or {@code psgs.tsv} (id, text, title). */
  DPR;

  /** Guesses by the name: {@code .jsonl}, {@code .csv} and {@code .tsv}, anything else is text. */
  public static InputFormat of(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
      return JSONL;
    }
    return name.endsWith(".csv") || name.endsWith(".tsv") ? DPR : TEXT;
  }
}
