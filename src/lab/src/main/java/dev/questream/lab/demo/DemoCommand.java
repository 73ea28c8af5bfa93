package dev.questream.lab.demo;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.HubModel;
import dev.questream.app.command.LocalOptions;
import dev.questream.app.command.Shutdown;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.batching.EncoderStatistics;
import dev.questream.serde.SourceTimestamp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole of it on one machine: broker, application, questions, embeddings, nearest passages. */
@Command(
    name = "demo",
    description =
        "See the whole of it on this machine alone: an embedded Kafka broker, the application with a"
            + " pretrained model, questions in, embeddings out, and the passages nearest to them.",
    sortOptions = false)
public final class DemoCommand implements Callable<Integer> {
  private static final int SAMPLES = 8;
  private static final int MAX_PORT = 65_535;
  private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Console console;

  @Mixin private LocalOptions settings;
  @Mixin private GeneralOptions general;

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description =
          "Questions to ask instead of the bundled ones: text lines, .jsonl, or DPR's qa.csv;"
              + " plain or .gz.")
  private Path questions;

  @Option(names = "--limit", paramLabel = "N", description = "Ask the first N questions only.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--model",
      paramLabel = "M",
      description =
          "Bundled model, checkpoint folder, or owner/name on the hub."
              + " Default: bge-small-en-v1.5.")
  private String model;

  @Option(
      names = "--passage-model",
      paramLabel = "M",
      description = "Model for the passages, where it is another one (DPR, RDR).")
  private String passageModel;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port of the broker. Default: any free one.")
  private int port;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Port of the live page. Default: any free one; -1 for none.")
  private Integer httpPort;

  @Option(
      names = "--stay",
      description =
          "Keep running: answer questions typed at the prompt, or asked on the live page.")
  private boolean stay;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "With --stay: keep asking the questions, N a second, without the cache of vectors.")
  private double rate;

  public DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    if (port < 0 || port > MAX_PORT) {
      throw new FatalException(ExitCode.USAGE, "--port must be between 0 and " + MAX_PORT);
    }
    if (rate < 0 || rate > 0 && !stay) {
      throw new FatalException(ExitCode.USAGE, "--rate must not be negative, and goes with --stay");
    }
    DemoData data = DemoData.load(questions, limit);
    return Shutdown.guard(shutdown -> show(data, shutdown));
  }

  private int show(DemoData data, Shutdown shutdown) throws Exception {
    try (DemoStack stack = new DemoStack(console);
        AutoCloseable closing = shutdown::closing) {
      stack.start(
          port,
          own -> config(own, model),
          own -> config(own, passageModel == null ? model : passageModel),
          data.passages());
      return ask(stack, data);
    }
  }

  private QuestreamConfig config(Map<String, String> own, String chosenModel) {
    Map<String, String> flags = new HashMap<>(own);
    flags.put(QuestreamConfig.HTTP_ASK_ENABLED, "true");
    if (httpPort != null
        || !settings.config(own).originals().containsKey(QuestreamConfig.HTTP_PORT)) {
      flags.put(QuestreamConfig.HTTP_PORT, Integer.toString(httpPort == null ? 0 : httpPort));
    }
    if (rate > 0) {
      flags.put(QuestreamConfig.CACHE_BYTES, "0"); // nothing would be encoded any more
    }
    if (chosenModel != null) {
      flags.put(QuestreamConfig.MODEL, chosenModel);
    }
    return HubModel.local(settings.config(flags), console);
  }

  private int ask(DemoStack stack, DemoData data) {
    DemoTally tally = new DemoTally();
    long start = System.nanoTime();
    AtomicReference<Exception> refused = produce(stack, data);
    consume(stack, data, tally, start, refused);
    DemoReport report = new DemoReport(console.out(), data, stack.index());
    console.err().println();
    report.samples(tally, SAMPLES);
    report.summary(tally, stack.application().encoder().statistics(), seconds(start, tally));
    if (stay) {
      DemoTraffic traffic = new DemoTraffic(stack.producer(), data.questions(), rate);
      try {
        answerPrompt(stack, report);
      } finally {
        traffic.close();
      }
    }
    return (tally.deadLetters() == 0 ? ExitCode.OK : ExitCode.REJECTED).status();
  }

  private static double seconds(long start, DemoTally tally) {
    return (tally.lastAtNanos() - start) / 1e9;
  }

  /**
   * Sends everything on a thread of its own; holds what the broker or the client refused, if
   * anything.
   */
  private static AtomicReference<Exception> produce(DemoStack stack, DemoData data) {
    AtomicReference<Exception> refused = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                for (DemoData.Question question : data.questions()) {
                  stack.producer().send(question.id(), question.text(), refused::set);
                }
              } catch (KafkaException
                  | IllegalStateException e) { // the producer was closed meanwhile
                refused.set(e);
              }
            },
            "questream-demo-producer");
    thread.setDaemon(true);
    thread.start();
    return refused;
  }

  private void consume(
      DemoStack stack,
      DemoData data,
      DemoTally tally,
      long start,
      AtomicReference<Exception> refused) {
    int asked = data.questions().size();
    Progress progress = console.progress("embedding", asked);
    long lastProgress = start;
    while (tally.answers() < asked) {
      long before = tally.answers();
      stack.reader().poll(Duration.ofMillis(50)).forEach(answer -> count(answer, tally));
      stack.application().requireAlive();
      if (refused.get() != null) {
        throw new FatalException(
            ExitCode.FAILED, "a question was not taken: " + refused.get().getMessage());
      }
      long now = System.nanoTime();
      lastProgress = tally.answers() > before ? now : lastProgress;
      if (now - lastProgress > STALL_NANOS) {
        throw new FatalException(
            ExitCode.FAILED,
            "nothing has come back for a minute; %d of %d questions are answered, the application is %s"
                .formatted(tally.answers(), asked, stack.application().state()));
      }
      progress.at(tally.answers(), detail(tally, stack.application().encoder().statistics()));
    }
    progress.done();
  }

  private static void count(Answer answer, DemoTally tally) {
    if (answer instanceof Answer.Embedded embedded) {
      tally.embedded(
          embedded.embedding(),
          System.currentTimeMillis() - SourceTimestamp.of(answer.source().headers()));
    } else {
      tally.deadLetter();
    }
  }

  private static String detail(DemoTally tally, EncoderStatistics encoder) {
    return String.format(
        Locale.ROOT,
        "batches of %.0f questions, %.0f tokens  p50 %d ms p99 %d ms",
        encoder.meanBatchTexts(),
        encoder.meanBatchTokens(),
        tally.percentile(0.50),
        tally.percentile(0.99));
  }

  private void answerPrompt(DemoStack stack, DemoReport report) {
    console.out().println();
    console
        .err()
        .printf(
            "Broker %s stays up. Type a question, an empty line ends.%n",
            String.join(",", stack.config().getList(QuestreamConfig.BOOTSTRAP_SERVERS)));
    Prompt prompt = new Prompt(System.in);
    for (String line = ask(prompt); !line.isBlank(); line = ask(prompt)) {
      answer(stack, report, line);
    }
  }

  private String ask(Prompt prompt) {
    console.err().print("? ");
    console.err().flush();
    return prompt.next().orElse("");
  }

  private void answer(DemoStack stack, DemoReport report, String text) {
    String id = UUID.randomUUID().toString();
    stack.reader().skipToEnd(); // what was asked elsewhere meanwhile
    long sent = System.nanoTime();
    stack.producer().sendNow(id, text);
    Answer answer = stack.reader().await(id, Duration.ofNanos(STALL_NANOS)).orElse(null);
    if (answer == null) {
      console.err().println("  no answer within a minute");
    } else if (answer instanceof Answer.Embedded embedded) {
      report.nearest(new DemoData.Question(id, text, "", ""), embedded.embedding());
      console.err().printf("  %d ms%n", (System.nanoTime() - sent) / 1_000_000);
    } else {
      console.err().println("  this question went to the dead letters");
    }
  }
}
