package dev.questream.lab.bench.stream;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.Json;
import dev.questream.lab.bench.BenchQuestions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * Asks for vectors over HTTP, one request after the other from each of its clients, and takes the
 * time of those that begin between warm-up and end. It does not end before one has been answered,
 * however slow the machine is.
 *
 * <p><b>Threading:</b> has a thread for each client.
 */
final class Asker implements AutoCloseable {
  private static final int OK = 200;
  private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI endpoint;
  private final BenchQuestions questions;
  private final int texts;
  private final long from;
  private final long to;
  private final AtomicLong place = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final LongStream.Builder nanos = LongStream.builder(); // guarded by itself
  private final List<Thread> clients;
  private volatile boolean answered;
  private volatile Exception failure;

  /**
   * What is asked.
   *
   * @param clients that ask at the same time
   * @param texts of a request
   */
  record Load(int clients, int texts) {}

  Asker(
      InetSocketAddress server,
      BenchQuestions questions,
      Load load,
      Duration warmUp,
      Duration measured) {
    this.endpoint = URI.create("http://localhost:%d/v1/embeddings".formatted(server.getPort()));
    this.questions = questions;
    this.texts = load.texts();
    this.from = System.nanoTime() + warmUp.toNanos();
    this.to = from + measured.toNanos();
    this.clients =
        LongStream.range(0, load.clients())
            .mapToObj(i -> new Thread(this::ask, "questream-bench-asker-" + i))
            .toList();
    clients.forEach(
        client -> {
          client.setDaemon(true);
          client.start();
        });
  }

  private void ask() {
    try {
      for (long start = System.nanoTime(); goesOn(start); start = System.nanoTime()) {
        int status = http.send(request(), BodyHandlers.discarding()).statusCode();
        if (status != OK) {
          refused.incrementAndGet();
        } else if (start - from >= 0) {
          keep(System.nanoTime() - start);
        }
      }
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean goesOn(long now) {
    return now - to < 0 || !answered && now - to < STALL_NANOS;
  }

  private HttpRequest request() {
    List<String> input =
        LongStream.range(0, texts).mapToObj(i -> questions.text(place.getAndIncrement())).toList();
    return HttpRequest.newBuilder(endpoint)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(Json.bytes(Map.of("input", input))))
        .build();
  }

  private void keep(long took) {
    synchronized (nanos) {
      nanos.add(took);
    }
    answered = true;
  }

  /**
   * Waits for the end; how long each request took.
   *
   * @throws FatalException if a request failed
   */
  long[] nanos() throws InterruptedException {
    for (Thread client : clients) {
      client.join();
    }
    if (failure != null) {
      throw new FatalException(ExitCode.FAILED, "a request failed: " + failure, failure);
    }
    synchronized (nanos) {
      return nanos.build().toArray();
    }
  }

  /** Requests that had another answer than vectors. */
  long refused() {
    return refused.get();
  }

  @Override
  public void close() {
    clients.forEach(Thread::interrupt);
  }
}
