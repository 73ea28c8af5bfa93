package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.kafka.ContractCheck;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import dev.questream.topology.TopicContract;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes the topics of {@code topology/topics.yaml}. */
@Command(
    name = "topics",
    description = "Manage the topics.",
    subcommands = TopicsCommand.Create.class,
    synopsisSubcommandLabel = "create")
public final class TopicsCommand {
  @Mixin private GeneralOptions general;

  /** Creates what is missing and leaves what is there alone. */
  @Command(
      name = "create",
      description = "Create the topics that are missing, as topology/topics.yaml says.",
      sortOptions = false)
  public static final class Create implements Callable<Integer> {
    private final Console console;

    @Mixin private SettingsOptions settings;
    @Mixin private GeneralOptions general;

    public Create(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      QuestreamConfig config = settings.config();
      try (Topics topics = Topics.reached(config)) {
        List<String> created = topics.create();
        for (Map.Entry<String, TopicContract.Topic> topic : Topics.contract(config).entrySet()) {
          console
              .out()
              .printf(
                  "%-24s %s%n",
                  topic.getKey(),
                  created.contains(topic.getKey())
                      ? "created with %d partitions %s"
                          .formatted(topic.getValue().partitions(), topic.getValue().config())
                      : "is there already, left as it is");
        }
      }
      new ContractCheck(config).log();
      return ExitCode.OK.status();
    }
  }
}
