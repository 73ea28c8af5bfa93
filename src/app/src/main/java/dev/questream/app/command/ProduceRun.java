package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
import dev.questream.app.io.InputItem;
import dev.questream.app.io.InputReader;
import dev.questream.app.kafka.QuestionProducer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Sends inputs in their order, many at once, and remembers the first lines that are all confirmed.
 *
 * <p><b>Threading:</b> one thread; Kafka's producer has its own.
 */
final class ProduceRun {
  private static final int MAX_UNDER_WAY = 10_000;
  private static final int MAX_NAMED = 20;
  private static final long REMEMBER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final double NANOS = 1e9;

  private final Console console;
  private final FileChannel source;
  private final QuestionProducer producer;
  private final Optional<ProducedLines> file;
  private final Progress progress;
  private final long start = System.nanoTime();
  private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
  private LineHash confirmed = LineHash.NONE;
  private long rememberedNanos = start;
  private boolean ended;
  private long sent;
  private long rejected;
  private long blank;

  /** A line that was read, and what becomes of it. */
  private record UnderWay(LineHash lines, Future<?> taken) {}

  /**
   * @param file remembers how far it came, and says how far it was
   */
  ProduceRun(
      Console console,
      FileChannel source,
      QuestionProducer producer,
      Optional<ProducedLines> file) {
    this.console = console;
    this.source = source;
    this.producer = producer;
    this.file = file;
    this.progress = console.progress("producing", 0);
  }

  /**
   * Sends everything, from where an earlier run was confirmed.
   *
   * @param perSecond at most
   * @throws FatalException if Kafka takes no more, or the file is another than before
   */
  void send(InputReader reader, double perSecond) throws IOException {
    LineHash lines = skip(reader);
    for (InputItem item = reader.next(); item != null; item = reader.next()) {
      lines = plus(lines, item);
      underWay.add(new UnderWay(lines, send(item, lines.lines(), perSecond)));
      confirm(MAX_UNDER_WAY);
      progress.at(sent, share());
    }
    confirm(0);
    ended = true;
  }

  private LineHash skip(InputReader reader) throws IOException {
    LineHash lines = LineHash.NONE;
    long before = file.map(ProducedLines::count).orElse(0L);
    while (lines.lines() < before) {
      InputItem item = reader.next();
      if (item == null) {
        break;
      }
      lines = plus(lines, item);
    }
    if (before > 0) {
      file.orElseThrow().check(lines);
      console.err().printf(Locale.ROOT, "%,d lines were sent before; going on%n", before);
    }
    confirmed = lines;
    return lines;
  }

  private static LineHash plus(LineHash lines, InputItem item) {
    return lines.plus(
        item.id(),
        item instanceof InputItem.Text text
            ? text.input().title() + text.input().text() + text.metadata()
            : ((InputItem.Unreadable) item).message());
  }

  private Future<?> send(InputItem item, long line, double perSecond) {
    if (item instanceof InputItem.Unreadable unreadable) {
      reject(unreadable.message());
    } else if (item instanceof InputItem.Text text && text.input().isBlank()) {
      blank++;
    } else if (item instanceof InputItem.Text text) {
      pace(perSecond);
      sent++;
      try {
        return producer.send(text.id(), text.input(), text.metadata());
      } catch (SerializationException e) {
        refused(line, e);
      }
    }
    return CompletableFuture.completedFuture(null);
  }

  private void pace(double perSecond) {
    long dueNanos = start + (long) (sent / perSecond * NANOS);
    try {
      for (long left = dueNanos - System.nanoTime();
          left > 0;
          left = dueNanos - System.nanoTime()) {
        confirm(MAX_UNDER_WAY);
        TimeUnit.NANOSECONDS.sleep(Math.min(left, REMEMBER_NANOS));
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Takes note of what is confirmed, and waits while more than so many lines are under way. */
  private void confirm(int limit) {
    try {
      while (!underWay.isEmpty() && (underWay.size() > limit || underWay.peek().taken().isDone())) {
        confirmFirst();
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void confirmFirst() throws InterruptedException {
    UnderWay first = underWay.peek();
    try {
      first.taken().get();
    } catch (ExecutionException e) {
      refused(first.lines().lines(), e.getCause());
    }
    underWay.remove();
    confirmed = first.lines();
    if (System.nanoTime() - rememberedNanos > REMEMBER_NANOS) {
      remember();
    }
  }

  private void remember() {
    file.ifPresent(lines -> lines.confirmed(confirmed));
    rememberedNanos = System.nanoTime();
  }

  /** A record may be at fault itself; else no other would be taken either. */
  private void refused(long line, Throwable cause) {
    if (!(cause instanceof RecordTooLargeException || cause instanceof SerializationException)) {
      throw new FatalException(
          ExitCode.KAFKA,
          "line %d was not taken: %s; %s"
              .formatted(
                  line,
                  cause.getMessage(),
                  file.isPresent() ? "run again to go on" : "the lines before it were"),
          cause);
    }
    sent--;
    reject("line %d was not taken: %s".formatted(line, cause.getMessage()));
  }

  private void reject(String message) {
    rejected++;
    if (rejected <= MAX_NAMED) {
      progress.done();
      console.err().println(message);
    }
  }

  private String share() {
    try {
      return file.isEmpty() || source.size() == 0
          ? ""
          : "%d%%".formatted(100 * source.position() / source.size());
    } catch (IOException e) {
      return "";
    }
  }

  /** Waits for what is under way, as far as it is taken, and remembers how far that is. */
  void settle() {
    progress.done();
    if (ended) {
      file.ifPresent(ProducedLines::finished);
      return;
    }
    producer.close();
    while (!underWay.isEmpty() && isTaken(underWay.peek().taken())) {
      confirmed = underWay.remove().lines();
    }
    if (confirmed.lines() > file.map(ProducedLines::count).orElse(0L)) {
      remember();
      file.ifPresent(
          lines ->
              console
                  .err()
                  .printf(
                      Locale.ROOT,
                      "stopped; Kafka has the first %,d lines, run again to go on%n",
                      confirmed.lines()));
    }
  }

  private static boolean isTaken(Future<?> future) {
    try {
      future.get();
      return true;
    } catch (ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  long rejected() {
    return rejected;
  }

  String summary(String topic) {
    double seconds = (System.nanoTime() - start) / NANOS;
    return String.format(
        Locale.ROOT,
        "%,d questions sent to %s in %.1f s, %,.0f/s; %,d lines rejected, %,d blank",
        sent,
        topic,
        seconds,
        sent / seconds,
        rejected,
        blank);
  }
}
