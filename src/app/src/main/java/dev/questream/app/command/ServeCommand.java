package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.runtime.EmbedServer;
import dev.questream.config.QuestreamConfig;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The encoder behind an HTTP port, without Kafka, until it is told to stop. */
@Command(
    name = "serve",
    description =
        "Answer texts with vectors over HTTP, without Kafka, until SIGTERM: /v1/embeddings as OpenAI's"
            + " clients ask, /embed as those of text-embeddings-inference. On port 8080 of this machine"
            + " unless http.port and http.host say otherwise.",
    sortOptions = false)
public final class ServeCommand implements Callable<Integer> {
  private static final String DEFAULT_PORT = "8080";

  private final Console console;

  @Mixin private LocalOptions settings;
  @Mixin private GeneralOptions general;

  public ServeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    QuestreamConfig config = withPort(settings.config());
    return Shutdown.guard(
        shutdown -> {
          QuestreamConfig local = HubModel.local(config, console);
          try (EmbedServer server = EmbedServer.start(local);
              AutoCloseable closing = shutdown::closing) {
            new CountDownLatch(1).await();
          }
          return ExitCode.OK.status();
        });
  }

  private static QuestreamConfig withPort(QuestreamConfig config) {
    return config.getInt(QuestreamConfig.HTTP_PORT) < 0
        ? config.with(QuestreamConfig.HTTP_PORT, DEFAULT_PORT)
        : config;
  }
}
