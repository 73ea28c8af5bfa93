package dev.questream.lab.bench.stream;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.runtime.EmbedServer;
import dev.questream.config.ConfigSources;
import dev.questream.config.QuestreamConfig;
import dev.questream.lab.process.Child;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;

/**
 * The process of {@code serve} that is measured beside the stream, and its main class: {@code
 * ServeProcess SETTINGS-FILE}.
 */
public final class ServeProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(120);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private final Child child;
  private final InetSocketAddress address;

  private ServeProcess(Child child, InetSocketAddress address) {
    this.child = child;
    this.address = address;
  }

  /** With the settings of the stream but for its port, in the stream's folder. */
  static ServeProcess start(QuestreamConfig config) {
    Path folder = Path.of(config.getString(QuestreamConfig.STATE_DIR)).resolveSibling("serve");
    Properties settings = new Properties();
    config.originals().forEach((key, value) -> settings.setProperty(key, value.toString()));
    try (ServerSocket free = new ServerSocket(0)) {
      settings.setProperty(QuestreamConfig.HTTP_PORT, Integer.toString(free.getLocalPort()));
      Files.createDirectories(folder);
      Path file = folder.resolve("settings.properties");
      try (Writer writer = Files.newBufferedWriter(file)) {
        settings.store(writer, null);
      }
      free.close();
      Child child =
          Child.start(
              ServeProcess.class,
              ManagementFactory.getRuntimeMXBean().getInputArguments(),
              folder.resolve("log"),
              List.of(file.toString()));
      if (!child.awaitReady(START_LIMIT)) {
        child.kill();
        throw new FatalException(ExitCode.FAILED, "the process of serve did not start");
      }
      return new ServeProcess(
          child,
          new InetSocketAddress(
              InetAddress.getLoopbackAddress(), Integer.parseInt(port(settings))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String port(Properties settings) {
    return settings.getProperty(QuestreamConfig.HTTP_PORT);
  }

  InetSocketAddress address() {
    return address;
  }

  @Override
  public void close() {
    child.terminate(STOP_LIMIT);
  }

  public static void main(String[] arguments) {
    Child.run(
        () -> {
          EmbedServer server =
              EmbedServer.start(
                  new QuestreamConfig(
                      ConfigSources.merge(Optional.of(Path.of(arguments[0])), Map.of(), Map.of())));
          Runtime.getRuntime()
              .addShutdownHook(new Thread(server::close, "questream-bench-shutdown"));
          Child.reportReady();
          new CountDownLatch(1).await();
        });
  }
}
