package dev.questream.lab.bench;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.InputFormat;
import dev.questream.app.io.InputItem;
import dev.questream.app.io.InputReader;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The questions that are measured with.
 *
 * @param source the file's name, or {@code bundled}
 * @param texts in the file's order
 */
public record BenchQuestions(String source, List<String> texts) {
  private static final String BUNDLED = "/demo/questions.jsonl";

  public BenchQuestions {
    texts = List.copyOf(texts);
  }

  /**
   * Reads questions.
   *
   * @param file text lines, {@code .jsonl}, or DPR's {@code .csv} or {@code .tsv}, plain or
   *     gzipped; null for the questions of the demo
   * @param limit questions at most
   * @throws FatalException if the file cannot be read, has a damaged line or no question
   */
  public static BenchQuestions load(Path file, long limit) {
    if (limit < 1) {
      throw new FatalException(ExitCode.USAGE, "--limit must be at least 1, it is " + limit);
    }
    String source = file == null ? "bundled" : file.getFileName().toString();
    try (InputReader reader = open(file)) {
      BenchQuestions read = new BenchQuestions(source, read(reader, limit));
      if (read.texts().isEmpty()) {
        throw new FatalException(ExitCode.USAGE, "there is no question in " + source);
      }
      return read;
    } catch (NoSuchFileException e) {
      throw new FatalException(ExitCode.ENVIRONMENT, "there is no file " + file, e);
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT, "%s cannot be read: %s".formatted(source, e.getMessage()), e);
    }
  }

  private static InputReader open(Path file) throws IOException {
    InputStream in =
        file == null
            ? BenchQuestions.class.getResourceAsStream(BUNDLED)
            : Files.newInputStream(file);
    InputFormat format = file == null ? InputFormat.JSONL : InputFormat.of(file);
    return new InputReader(in, format, EncoderRole.QUESTION);
  }

  private static List<String> read(InputReader reader, long limit) throws IOException {
    List<String> texts = new ArrayList<>();
    for (InputItem item = reader.next();
        item != null && texts.size() < limit;
        item = reader.next()) {
      if (item instanceof InputItem.Text text) {
        texts.add(text.input().text());
      } else if (item instanceof InputItem.Unreadable unreadable) {
        throw new IOException(unreadable.message());
      }
    }
    return texts;
  }

  /** The question at a place in the endless repetition of the set. */
  public String text(long place) {
    return texts.get((int) (place % texts.size()));
  }

  public List<EncoderInput> inputs() {
    return texts.stream().map(EncoderInput::question).toList();
  }
}
