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
import dev.questream.serde.QuestionWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends questions through a running application. */
@Command(
    name = "ask",
    description = "Produce questions and wait for their committed embeddings.",
    sortOptions = false)
public final class AskCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;

  @Parameters(
      paramLabel = "QUESTION",
      arity = "0..1",
      description = "The question. Without it each line of standard input is one.")
  private String question;

  @Option(names = "--id", paramLabel = "ID", description = "Its id. Default: a random UUID.")
  private String id;

  @Option(names = "--json", description = "One JSON object an answer, with the whole vector.")
  private boolean json;

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
    if (question != null && question.isBlank()) {
      throw new FatalException(ExitCode.USAGE, "the question is empty");
    }
    if ((id != null && id.isEmpty()) || timeoutSeconds < 1) {
      throw new FatalException(
          ExitCode.USAGE, "--id must not be empty and --timeout must be at least 1");
    }
    if (id != null && question == null) {
      throw new FatalException(ExitCode.USAGE, "--id needs one QUESTION, not standard input");
    }
    return Shutdown.guard(shutdown -> ask());
  }

  private int ask() {
    QuestreamConfig config = settings.config();
    QuestionWriter writer = QuestionProducer.writer(config); // refuses before topics are reached
    writer.requirePlain();
    try (Topics topics = Topics.reached(config)) {
      topics.requireAll();
    }
    AnswerPrinter printer = new AnswerPrinter(console.out(), json);
    try (EmbeddingReader reader = new EmbeddingReader(config, ReadFrom.END);
        QuestionProducer producer = new QuestionProducer(config, writer)) {
      return (question == null
              ? askLines(reader, producer, printer)
              : askOne(reader, producer, printer))
          .status();
    }
  }

  private ExitCode askLines(
      EmbeddingReader reader, QuestionProducer producer, AnswerPrinter printer) {
    if (console.terminal()) {
      console.err().println("reading questions from standard input, one a line");
    }
    return new AskRun(console, Duration.ofSeconds(timeoutSeconds), printer)
        .ask(System.in, reader, producer);
  }

  private ExitCode askOne(
      EmbeddingReader reader, QuestionProducer producer, AnswerPrinter printer) {
    String asked = id == null ? producer.newId() : id;
    producer.sendNow(asked, question);
    long sent = System.nanoTime();
    Answer answer =
        reader
            .await(asked, Duration.ofSeconds(timeoutSeconds))
            .orElseThrow(
                () ->
                    new FatalException(
                        ExitCode.KAFKA,
                        "no answer for question %s within %d s; is the application running (`questream run`)?"
                            .formatted(asked, timeoutSeconds)));
    printer.whole(asked, answer, System.nanoTime() - sent);
    return answer instanceof Answer.Embedded ? ExitCode.OK : ExitCode.REJECTED;
  }
}
