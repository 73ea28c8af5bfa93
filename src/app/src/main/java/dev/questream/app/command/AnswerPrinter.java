package dev.questream.app.command;

import dev.questream.app.io.Json;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.serde.DeadLetterHeaders;
import dev.questream.serde.EmbeddingJson;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Shows answers, for people or as JSON. */
final class AnswerPrinter {
  private final PrintStream out;
  private final boolean json;

  /** Why there is no embedding, as {@code encode} writes it. */
  private record Rejected(String id, String error, String message) {}

  AnswerPrinter(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** Over several lines, unless it is JSON. */
  void whole(String id, Answer answer, long nanos) {
    if (json) {
      line(id, answer, nanos);
    } else if (answer instanceof Answer.Embedded embedded) {
      out.print(EmbeddingText.describe(embedded.embedding()));
      out.printf("latency     %.0f ms from produce to committed%n", nanos / 1e6);
    } else {
      out.printf("id          %s%nrejected after %.0f ms%n", id, nanos / 1e6);
      printReasons(answer.source());
    }
  }

  /** In one line. */
  void line(String id, Answer answer, long nanos) {
    if (answer instanceof Answer.Embedded embedded) {
      out.println(
          json
              ? new String(EmbeddingJson.write(embedded.embedding()), StandardCharsets.UTF_8)
              : "%s  %.0f ms".formatted(EmbeddingText.line(embedded.embedding()), nanos / 1e6));
    } else {
      Rejected rejected =
          new Rejected(
              id,
              DeadLetterHeaders.text(answer.source().headers(), DeadLetterHeaders.REASON),
              DeadLetterHeaders.text(answer.source().headers(), DeadLetterHeaders.MESSAGE));
      out.println(
          json
              ? Json.line(rejected)
              : "%s  rejected: %s: %s".formatted(id, rejected.error(), rejected.message()));
    }
  }

  private void printReasons(ConsumerRecord<byte[], byte[]> deadLetter) {
    for (Header header : deadLetter.headers()) {
      if (header.key().startsWith(DeadLetterHeaders.ERROR_PREFIX)) {
        out.printf(
            "%-11s %s%n",
            header.key().substring(DeadLetterHeaders.ERROR_PREFIX.length()),
            new String(header.value(), StandardCharsets.UTF_8));
      }
    }
  }
}
