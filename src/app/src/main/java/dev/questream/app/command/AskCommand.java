package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends one question through a running application. */
@Command(
    name = "ask",
    description = "Produce one question and wait for its committed embedding.",
    sortOptions = false)
public final class AskCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;

  @Parameters(paramLabel = "QUESTION", description = "The question.")
  private String question;

  @Option(names = "--id", paramLabel = "ID", description = "Its id. Default: a random UUID.")
  private String id = UUID.randomUUID().toString();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait. Default: 30.")
  private int timeoutSeconds;

  public AskCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    if (question.isBlank()) {
      throw new FatalException(ExitCode.USAGE, "the question is empty");
    }
    if (id.isEmpty() || timeoutSeconds < 1) {
      throw new FatalException(
          ExitCode.USAGE, "--id must not be empty and --timeout must be at least 1");
    }
    return Shutdown.guard(shutdown -> ask());
  }

  private int ask() {
    QuestreamConfig config = settings.config();
    try (Topics topics = Topics.reached(config)) {
      topics.requireAll();
    }
    try (EmbeddingReader reader = new EmbeddingReader(config, ReadFrom.END);
        QuestionProducer producer = new QuestionProducer(config)) {
      producer.sendNow(id, question);
      long sent = System.nanoTime();
      Answer answer =
          reader
              .await(id, Duration.ofSeconds(timeoutSeconds))
              .orElseThrow(
                  () ->
                      new FatalException(
                          ExitCode.KAFKA,
                          "no answer for question %s within %d s; is the application running (`questream run`)?"
                              .formatted(id, timeoutSeconds)));
      return show(answer, sent);
    }
  }

  private int show(Answer answer, long sent) {
    double millis = (System.nanoTime() - sent) / 1e6;
    if (answer instanceof Answer.Embedded embedded) {
      console.out().print(EmbeddingText.describe(embedded.embedding()));
      console.out().printf("latency     %.0f ms from produce to committed%n", millis);
      return ExitCode.OK.status();
    }
    console.out().printf("id          %s%nrejected after %.0f ms%n", id, millis);
    printReasons(answer.source());
    return ExitCode.REJECTED.status();
  }

  private void printReasons(ConsumerRecord<byte[], byte[]> deadLetter) {
    for (Header header : deadLetter.headers()) {
      if (header.key().startsWith(DeadLetterHeaders.ERROR_PREFIX)) {
        console
            .out()
            .printf(
                "%-11s %s%n",
                header.key().substring(DeadLetterHeaders.ERROR_PREFIX.length()),
                new String(header.value(), StandardCharsets.UTF_8));
      }
    }
  }
}
