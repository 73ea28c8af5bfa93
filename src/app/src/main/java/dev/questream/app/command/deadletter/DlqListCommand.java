package dev.questream.app.command.deadletter;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.command.Shutdown;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.deadletter.DeadLetter;
import dev.questream.app.deadletter.DeadLetterFilter;
import dev.questream.app.deadletter.ReplayJournal;
import dev.questream.app.kafka.TopicScan;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the dead letters that are there now, and counts them by reason. */
@Command(
    name = "list",
    description = "List the dead letters that are there now, and count them by reason.",
    sortOptions = false)
public final class DlqListCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;
  @Mixin private DeadLetterOptions options;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  public DlqListCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    DeadLetterFilter filter = options.filter();
    long limit = options.limit();
    return Shutdown.guard(shutdown -> list(filter, limit));
  }

  private int list(DeadLetterFilter filter, long limit) {
    QuestreamConfig config = settings.config();
    String topic = config.getString(QuestreamConfig.DLQ_TOPIC);
    ReplayJournal journal;
    try (Topics topics = Topics.reached(config)) {
      topics.require(List.of(config.getString(QuestreamConfig.DLQ_TOPIC)));
      journal = ReplayJournal.read(config, topics);
    }
    Map<String, Long> byReason = new TreeMap<>();
    long found = 0;
    long replayed = 0;
    try (TopicScan scan = new TopicScan(config, topic)) {
      while (scan.hasNext() && !console.out().checkError()) {
        DeadLetter letter = new DeadLetter(scan.next());
        if (filter.matches(letter)) {
          boolean again = journal.contains(letter.place());
          if (found++ < limit) {
            print(letter, again);
          }
          replayed += again ? 1 : 0;
          byReason.merge(letter.reason(), 1L, Long::sum);
        }
      }
    }
    console.err().println(summary(topic, filter, byReason, found, replayed, limit));
    return ExitCode.OK.status();
  }

  private void print(DeadLetter letter, boolean replayed) {
    console
        .out()
        .println(
            json
                ? DeadLetterText.json(letter, replayed)
                : DeadLetterText.line(letter) + (replayed ? "  (replayed)" : ""));
  }

  private static String summary(
      String topic,
      DeadLetterFilter filter,
      Map<String, Long> byReason,
      long found,
      long replayed,
      long limit) {
    if (found == 0) {
      return "no dead letters in %s%s"
          .formatted(topic, filter.equals(DeadLetterFilter.ALL) ? "" : " match");
    }
    return "%,d dead letters in %s: %s; %,d of them replayed%s"
        .formatted(
            found,
            topic,
            DeadLetterText.counts(byReason),
            replayed,
            found > limit ? "; the first %,d are shown".formatted(limit) : "");
  }
}
