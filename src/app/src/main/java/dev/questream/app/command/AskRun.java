package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.io.InputFormat;
import dev.questream.app.io.InputItem;
import dev.questream.app.io.InputReader;
import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.serde.WireException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Asks every line of an input, many at once, and shows the answers as they come.
 *
 * <p><b>Threading:</b> one thread; a second one, which does not keep the process alive, reads the
 * lines.
 */
final class AskRun {
  private static final int MAX_OPEN = 256;
  private static final Duration POLL = Duration.ofMillis(20);
  private static final InputItem END = new InputItem.Unreadable("", "the end");

  private final Console console;
  private final Duration limit;
  private final AnswerPrinter printer;
  private final BlockingQueue<InputItem> lines = new ArrayBlockingQueue<>(MAX_OPEN);
  private final Map<String, Asked> open = new LinkedHashMap<>();
  private boolean ended;
  private boolean rejected;
  private boolean unanswered;

  private record Asked(String text, long sentNanos, Future<?> taken) {}

  /**
   * @param limit how long to wait for each answer
   */
  AskRun(Console console, Duration limit, AnswerPrinter printer) {
    this.console = console;
    this.limit = limit;
    this.printer = printer;
  }

  /** Asks until the input has ended and the last answer is there, or too late. */
  ExitCode ask(InputStream input, EmbeddingReader reader, QuestionProducer producer) {
    Thread feeder = new Thread(() -> feed(input), "questream-ask-input");
    feeder.setDaemon(true); // it may wait for a person
    feeder.start();
    while (!ended || !open.isEmpty()) {
      send(producer);
      reader.poll(POLL, open::containsKey).forEach(this::answered);
      giveUp();
    }
    return unanswered ? ExitCode.KAFKA : rejected ? ExitCode.REJECTED : ExitCode.OK;
  }

  private void feed(InputStream input) {
    try {
      try (InputReader reader = new InputReader(input, InputFormat.TEXT, EncoderRole.QUESTION)) {
        for (InputItem item = reader.next(); item != null; item = reader.next()) {
          lines.put(item);
        }
      } catch (IOException e) {
        lines.put(new InputItem.Unreadable("", "standard input: " + e.getMessage()));
      }
      lines.put(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(QuestionProducer producer) {
    while (!ended && open.size() < MAX_OPEN && !lines.isEmpty()) {
      InputItem item = lines.remove();
      if (item == END) {
        ended = true;
      } else if (item instanceof InputItem.Unreadable unreadable) {
        rejected = true;
        console.err().println(unreadable.message());
      } else if (item instanceof InputItem.Text text && !text.input().isBlank()) {
        send(text.input().text(), producer);
      }
    }
  }

  private void send(String question, QuestionProducer producer) {
    String id = producer.newId();
    EncoderInput input = EncoderInput.question(question);
    try {
      open.put(id, new Asked(question, System.nanoTime(), producer.send(id, input, Map.of())));
    } catch (WireException e) {
      rejected = true;
      console.err().println("%s: %s".formatted(Console.printable(question), e.getMessage()));
    }
  }

  private void answered(Answer answer) {
    String id = answer.id();
    Asked asked = open.get(id);
    if (asked != null && !(answer instanceof Answer.Deleted)) {
      open.remove(id);
      rejected |= answer instanceof Answer.DeadLetter;
      printer.line(id, answer, System.nanoTime() - asked.sentNanos());
    }
  }

  private void giveUp() {
    long now = System.nanoTime();
    for (Iterator<Asked> all = open.values().iterator(); all.hasNext(); ) {
      Asked asked = all.next();
      String why = refusal(asked.taken());
      if (why.isEmpty() && now - asked.sentNanos() > limit.toNanos()) {
        why = "no answer within %d s; is the application running?".formatted(limit.toSeconds());
      }
      if (!why.isEmpty()) {
        all.remove();
        unanswered = true;
        console.err().println("%s: %s".formatted(Console.printable(asked.text()), why));
      }
    }
  }

  /** Why Kafka did not take it; empty if it did, or has not yet. */
  private static String refusal(Future<?> taken) {
    try {
      if (taken.isDone()) {
        taken.get();
      }
      return "";
    } catch (ExecutionException e) {
      return "not taken: " + e.getCause().getMessage();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
