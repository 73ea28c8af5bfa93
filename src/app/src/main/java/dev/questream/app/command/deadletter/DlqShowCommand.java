package dev.questream.app.command.deadletter;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.command.Shutdown;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.deadletter.DeadLetter;
import dev.questream.app.deadletter.DeadLetterPosition;
import dev.questream.app.deadletter.ReplayJournal;
import dev.questream.app.kafka.TopicScan;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.QuestionDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows everything about one dead letter. */
@Command(name = "show", description = "Show everything about one dead letter.", sortOptions = false)
public final class DlqShowCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;

  @Parameters(paramLabel = "PARTITION:OFFSET", description = "Which, as the list names it.")
  private String place;

  @Option(
      names = "--raw",
      paramLabel = "FILE",
      description = "Also write the bytes of its value to this file.")
  private Path raw;

  public DlqShowCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    DeadLetterPosition wanted = DeadLetterPosition.parse(place);
    return Shutdown.guard(shutdown -> show(wanted));
  }

  private int show(DeadLetterPosition wanted) throws IOException {
    QuestreamConfig config = settings.config();
    ReplayJournal journal;
    try (Topics topics = Topics.reached(config)) {
      topics.require(List.of(config.getString(QuestreamConfig.DLQ_TOPIC)));
      journal = ReplayJournal.read(config, topics);
    }
    DeadLetter letter = read(config, wanted);
    console
        .out()
        .print(
            DeadLetterText.describe(
                letter,
                journal.contains(wanted),
                config.getString(QuestreamConfig.INPUT_FORMAT),
                new QuestionDecoder(config.serdeSettings())));
    if (raw != null) {
      writeRaw(letter);
    }
    return ExitCode.OK.status();
  }

  private static DeadLetter read(QuestreamConfig config, DeadLetterPosition wanted) {
    String topic = config.getString(QuestreamConfig.DLQ_TOPIC);
    try (TopicScan scan = new TopicScan(config, topic).from(wanted.partition(), wanted.offset())) {
      if (scan.hasNext()) {
        ConsumerRecord<byte[], byte[]> record = scan.next();
        if (record.offset() == wanted.offset()) {
          return new DeadLetter(record);
        }
      }
    }
    throw new FatalException(
        ExitCode.USAGE,
        "there is no dead letter %s in %s (any more); `questream dlq list` shows those that are there"
            .formatted(wanted, topic));
  }

  private void writeRaw(DeadLetter letter) throws IOException {
    byte[] value = letter.record().value();
    if (value == null) {
      throw new FatalException(
          ExitCode.REJECTED, "dead letter %s has no value to write".formatted(letter.place()));
    }
    Files.write(raw, value);
    console.err().printf("%,d bytes written to %s%n", value.length, raw);
  }
}
