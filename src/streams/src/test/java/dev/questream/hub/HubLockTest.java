package dev.questream.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads and processes that fetch the same model at once. */
@Timeout(60)
class HubLockTest extends HubTest {

  /** Another process that fetches. */
  static final class Fetcher {
    private Fetcher() {}

    public static void main(String[] args) {
      HubSettings settings =
          new HubSettings(URI.create(args[0]), Path.of(args[1]), Optional.empty(), false);
      System.out.println(new HubModels(settings, DownloadListener.SILENT).fetch(ID));
    }
  }

  @Test
  void shouldDownloadOnceForTwoThreads() throws Exception {
    serveOnlyWhenTheOtherHasAsked(2);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<Path>> fetched =
          List.of(
              threads.submit(() -> models().fetch(ID)), threads.submit(() -> models().fetch(ID)));
      for (Future<Path> path : fetched) {
        assertThat(path.get()).isEqualTo(snapshot());
      }
    } finally {
      threads.shutdownNow();
    }
    assertEachWasServedOnce();
  }

  @Test
  void shouldDownloadOnceForTwoProcesses() throws Exception {
    serveOnlyWhenTheOtherHasAsked(2);
    List<Process> processes = List.of(fetcher(), fetcher());
    for (Process process : processes) {
      assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.exitValue()).as(output).isZero();
      assertThat(output).contains(snapshot().toString());
    }
    assertEachWasServedOnce();
  }

  /** The weights are held back until all have described them, and are thus about to fetch. */
  private void serveOnlyWhenTheOtherHasAsked(int askers) {
    CountDownLatch asked = new CountDownLatch(askers);
    hub.hubTricks.add(
        exchange -> {
          if (exchange.getRequestMethod().equals("HEAD")
              && exchange.getRequestURI().getPath().endsWith(WEIGHTS)) {
            asked.countDown();
          }
          return false;
        });
    hub.storeTricks.add(
        exchange -> {
          try {
            asked.await(4, TimeUnit.SECONDS);
            Thread.sleep(300);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return false;
        });
  }

  private void assertEachWasServedOnce() {
    assertThat(hub.bytesStored).hasValue(CONTENT.length);
    for (String name : List.of("/config.json", "tokenizer.json", "modules.json")) {
      String end = "/resolve/" + FakeHub.COMMIT + "/" + name.replace("/", "");
      assertThat(hub.gets(end)).as(name).hasSize(1);
    }
    assertThat(snapshot().resolve(WEIGHTS)).hasBinaryContent(CONTENT);
  }

  private Process fetcher() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-cp", classPath(), Fetcher.class.getName()));
    command.addAll(List.of(hub.endpoint().toString(), cache.toString()));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String classPath() {
    String surefire = System.getProperty("surefire.test.class.path");
    String own = System.getProperty("java.class.path");
    return surefire == null ? own : own + File.pathSeparator + surefire;
  }
}
