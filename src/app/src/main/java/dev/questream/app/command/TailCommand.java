package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.Brokers;
import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.EmbeddingJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows embeddings as they are committed. */
@Command(
    name = "tail",
    description = "Decode the embeddings topic and print it, until interrupted.",
    sortOptions = false)
public final class TailCommand implements Callable<Integer> {
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Console console;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;

  @Option(names = "--json", description = "One JSON object a line, with the whole vector.")
  private boolean json;

  @Option(names = "--from-beginning", description = "Begin with the oldest embedding.")
  private boolean fromBeginning;

  @Option(names = "--limit", paramLabel = "N", description = "Stop after N records.")
  private long limit = Long.MAX_VALUE;

  public TailCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    if (limit < 1) {
      throw new FatalException(ExitCode.USAGE, "--limit must be at least 1, it is " + limit);
    }
    return Shutdown.guard(shutdown -> tail());
  }

  private int tail() {
    QuestreamConfig config = settings.config();
    try (Topics topics = Topics.reached(config)) {
      topics.require(List.of(config.getString(QuestreamConfig.EMBEDDINGS_TOPIC)));
    }
    ReadFrom start = fromBeginning ? ReadFrom.BEGINNING : ReadFrom.END;
    if (!fromBeginning) {
      console.err().println("waiting for new embeddings; --from-beginning shows older ones too");
    }
    List<String> watched = List.of(config.getString(QuestreamConfig.EMBEDDINGS_TOPIC));
    try (EmbeddingReader reader = new EmbeddingReader(config, start, watched)) {
      long heard = System.nanoTime();
      for (long shown = 0; shown < limit && !console.out().checkError(); ) {
        for (Answer answer : reader.poll(Duration.ofMillis(200))) {
          heard = System.nanoTime();
          if (shown++ < limit) {
            print(answer);
          }
        }
        if (System.nanoTime() - heard > SILENCE_NANOS) {
          Brokers.await(config); // a consumer waits for them without a word
          heard = System.nanoTime();
        }
      }
    }
    return ExitCode.OK.status();
  }

  private void print(Answer answer) {
    if (answer instanceof Answer.Embedded embedded) {
      console
          .out()
          .println(
              json
                  ? new String(EmbeddingJson.write(embedded.embedding()), StandardCharsets.UTF_8)
                  : EmbeddingText.line(embedded.embedding()));
    } else if (!json) {
      console.out().println("deleted  " + Console.printable(answer.id()));
    }
  }
}
