package dev.questream.app.command.deadletter;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.command.Shutdown;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.deadletter.DeadLetter;
import dev.questream.app.deadletter.DeadLetterPosition;
import dev.questream.app.deadletter.DeadLetterReplay;
import dev.questream.app.deadletter.DeadLetterReplay.Selection;
import dev.questream.app.deadletter.ReplayTally;
import dev.questream.app.deadletter.ReplayTarget;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.ProducerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends dead letters back to the topic that they came from. */
@Command(
    name = "replay",
    description = "Send dead letters back to the questions topic, each once.",
    sortOptions = false)
public final class DlqReplayCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;
  @Mixin private DeadLetterOptions options;

  @Option(names = "--dry-run", description = "Only list what would be sent.")
  private boolean dryRun;

  @Option(names = "--again", description = "Those too that have been replayed before.")
  private boolean again;

  @Option(
      names = "--to",
      paramLabel = "TOPIC",
      description =
          "Send to this topic, whatever topic they came from. Default: questions.topic, and only"
              + " what came from it.")
  private String to;

  public DlqReplayCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    Selection selection = new Selection(options.filter(), again, options.limit());
    QuestreamConfig config = settings.config();
    requireNoCircle(config);
    return Shutdown.guard(shutdown -> replay(config, selection, shutdown));
  }

  private void requireNoCircle(QuestreamConfig config) {
    for (String key : Set.of(QuestreamConfig.DLQ_TOPIC, QuestreamConfig.EMBEDDINGS_TOPIC)) {
      if (config.getString(key).equals(to)) {
        throw new FatalException(
            ExitCode.USAGE, "--to must be a topic of questions, %s is %s".formatted(to, key));
      }
    }
  }

  private int replay(QuestreamConfig config, Selection selection, Shutdown shutdown)
      throws Exception {
    try (Topics topics = Topics.reached(config)) {
      ReplayTarget target = target(config, topics);
      Narrator narrator = new Narrator();
      try (DeadLetterReplay replay =
              dryRun
                  ? DeadLetterReplay.dryRun(config, topics, selection, target, narrator)
                  : DeadLetterReplay.open(config, topics, selection, target, narrator);
          AutoCloseable closing = shutdown::closing) {
        ReplayTally tally = replay.run();
        report(tally, config.getString(QuestreamConfig.DLQ_TOPIC), target.topic());
        boolean all = tally.ofOtherTopics() + tally.notWhole() + tally.absent().size() == 0;
        return (all ? ExitCode.OK : ExitCode.REJECTED).status();
      }
    }
  }

  private ReplayTarget target(QuestreamConfig config, Topics topics) {
    String topic = to == null ? config.getString(QuestreamConfig.QUESTIONS_TOPIC) : to;
    topics.require(List.of(topic, config.getString(QuestreamConfig.DLQ_TOPIC)));
    return ReplayTarget.of(topics, topic, to != null);
  }

  /** Lists what a dry run would send, and says how far a real one has come. */
  private final class Narrator implements DeadLetterReplay.Listener {
    @Override
    public void chosen(DeadLetter letter, ProducerRecord<byte[], byte[]> question) {
      if (dryRun) {
        console.out().println(DeadLetterText.line(letter));
      }
    }

    @Override
    public void committed(long letters) {
      console.err().printf("%,d replayed%n", letters);
    }
  }

  private void report(ReplayTally tally, String from, String target) {
    if (tally.replayed() == 0) {
      console.err().println("nothing to replay in " + from);
    } else {
      console
          .err()
          .printf(
              "%s%,d dead letters to %s: %s%n",
              dryRun ? "dry run: would replay " : "replayed ",
              tally.replayed(),
              target,
              DeadLetterText.counts(tally.replayedByReason()));
    }
    note(
        tally.withPresentTime(),
        "with the present time: their own is older than " + target + " takes, or none");
    note(tally.repeated(), "of them had been replayed and died again (questream.replay.count)");
    note(tally.replayedEarlier(), "left: replayed before (--again sends them once more)");
    note(tally.ofOtherTopics(), "left: not from " + target + ", or from where is not said (--to)");
    note(
        tally.notWhole(), "left: cut to fit their topic; the whole record is where they came from");
    note(
        tally.absent().size(),
        "named and not there (any more): "
            + tally.absent().stream().map(DeadLetterPosition::toString).sorted().toList());
  }

  private void note(long count, String what) {
    if (count > 0) {
      console.err().printf("  %,d %s%n", count, what);
    }
  }
}
