package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.InputReader;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderRole;
import dev.questream.serde.QuestionWriter;
import dev.questream.serde.fields.InputConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends the questions of a file to the questions topic. */
@Command(
    name = "produce",
    description = {
      "Send the questions of a file to the questions topic, in input.format.",
      "A file that was not sent to its end is gone on with where Kafka has confirmed it; how far"
          + " that is stands beside it in FILE.produced."
    },
    sortOptions = false)
public final class ProduceCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private InputOptions input;
  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;

  @Option(
      names = "--id-prefix",
      paramLabel = "STR",
      description =
          "Put before its line's number, that is the id of a question without one. Default: the"
              + " file's name and a colon; of standard input a random UUID and a colon.")
  private String idPrefix;

  @Option(names = "--rate", paramLabel = "N", description = "Send N questions a second at most.")
  private double rate = Double.POSITIVE_INFINITY;

  @Option(names = "--restart", description = "Begin with the first line, whatever was sent before.")
  private boolean restart;

  public ProduceCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    if (!(rate > 0)) {
      throw new FatalException(ExitCode.USAGE, "--rate must be over 0, it is " + rate);
    }
    try {
      return Shutdown.guard(this::produce);
    } catch (CharacterCodingException e) {
      throw new FatalException(ExitCode.ENVIRONMENT, input + " is not valid UTF-8", e);
    } catch (IOException e) {
      throw new FatalException(ExitCode.ENVIRONMENT, "%s: %s".formatted(input, e.getMessage()), e);
    }
  }

  private int produce(Shutdown shutdown) throws IOException {
    QuestreamConfig config = settings.config();
    QuestionWriter writer = QuestionProducer.writer(config); // refuses before topics are reached
    Optional<ProducedLines> before = before(config);
    try (FileChannel source = input.open();
        InputReader reader = input.reader(source, role(config), prefix(input.file()));
        QuestionProducer producer = new QuestionProducer(config, writer)) {
      ProduceRun run = new ProduceRun(console, source, producer, before);
      try {
        run.send(reader, rate);
      } finally {
        shutdown.closing();
        run.settle();
      }
      console.err().println(run.summary(config.getString(QuestreamConfig.QUESTIONS_TOPIC)));
      return (run.rejected() == 0 ? ExitCode.OK : ExitCode.REJECTED).status();
    }
  }

  /** Files of questions with titles are as those of passages. */
  private static EncoderRole role(QuestreamConfig config) {
    return config.getList(InputConfig.TITLE).isEmpty() ? config.role() : EncoderRole.PASSAGE;
  }

  /** How far an earlier run came, if what is read can be read again. */
  private Optional<ProducedLines> before(QuestreamConfig config) {
    String topic = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    try (Topics topics = Topics.reached(config)) {
      topics.require(List.of(topic));
      String topicId = topics.description(topic).topicId().toString();
      return input.file().map(file -> new ProducedLines(file, topicId, restart));
    }
  }

  private String prefix(Optional<Path> file) {
    return idPrefix != null
        ? idPrefix
        : file.map(path -> path.getFileName().toString()).orElse(UUID.randomUUID().toString())
            + ":";
  }
}
