package dev.questream.jmh;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The demo's questions, which all micro-benchmarks share. */
public final class Questions {
  private static final Path FILE = Path.of("../lab/src/main/resources/demo/questions.jsonl");
  private static final ObjectMapper JSON = new ObjectMapper();

  private Questions() {}

  /** Their texts, in order. */
  public static List<String> texts() {
    try {
      List<String> texts = new ArrayList<>();
      for (String line : Files.readAllLines(FILE)) {
        texts.add(JSON.readTree(line).get("text").asText());
      }
      return texts;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
