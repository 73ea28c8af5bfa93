package dev.questream.lab.bench.stream;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.batching.EncoderStatistics;
import dev.questream.lab.bench.BatchFill;
import dev.questream.lab.bench.BenchQuestions;
import dev.questream.lab.bench.stream.ThreadUse.Group;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * One load on the stream: sends, receives what is committed, looks at what the threads do
 * meanwhile. What comes in the warm-up is not counted. Without a rate neither the warm-up nor the
 * measurement ends before an answer has come, however slow the machine is.
 *
 * <p><b>Threading:</b> one thread receives and is this one; another sends.
 */
final class StreamRun {
  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration MAX_WARM_UP = Duration.ofSeconds(5);
  private static final int MAX_WARM_UPS = 12;
  private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int FIRST_UNDER_WAY = 2_000;
  private static final int MIN_UNDER_WAY = 256;

  private final StreamStack stack;
  private final BenchQuestions questions;
  private final Duration warmUp;
  private final Duration measured;
  private long next;
  private int underWay = FIRST_UNDER_WAY; // a slow machine must answer them all in the end

  private Sender sender;
  private Receipts receipts;
  private RateSchedule schedule; // null at saturation, and for one question at a time
  private boolean saturating;
  private long from;
  private long to;
  private boolean measuring;
  private long inTime;

  StreamRun(StreamStack stack, BenchQuestions questions, Duration measured) {
    this.stack = stack;
    this.questions = questions;
    this.warmUp = warmUpBefore(measured);
    this.measured = measured;
  }

  /** How long to warm up before each measurement of so long. */
  static Duration warmUpBefore(Duration measured) {
    return measured.compareTo(MAX_WARM_UP) < 0 ? measured : MAX_WARM_UP;
  }

  /** Saturates until the virtual machine compiles less than a quarter of the time. */
  void warmUp() {
    long begin = System.nanoTime();
    long atMost = warmUp.multipliedBy(MAX_WARM_UPS).toNanos();
    boolean compiling = true;
    while (compiling && System.nanoTime() - begin < atMost) {
      long before = compiledMillis();
      long start = System.nanoTime();
      run(0, false, Duration.ZERO, warmUp);
      long compiled = compiledMillis() - before;
      compiling = 4 * compiled >= Duration.ofNanos(System.nanoTime() - start).toMillis();
    }
  }

  /** How long the virtual machine has compiled; 0 where it does not say. */
  private static long compiledMillis() {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    return compiler != null && compiler.isCompilationTimeMonitoringSupported()
        ? compiler.getTotalCompilationTime()
        : 0;
  }

  /** Sends as fast as answers come, with a second's worth of questions waiting at least. */
  StreamResult.Load saturate() {
    return run(0, false, warmUp, measured);
  }

  /** Sends at a fixed rate. */
  StreamResult.Load atRate(double perSecond) {
    return run(perSecond, false, warmUp, measured);
  }

  /** Sends each question a moment after the answer to the one before, on an idle stream. */
  StreamResult.Load oneAtATime() {
    return run(0, true, warmUp, measured);
  }

  private StreamResult.Load run(
      double perSecond, boolean oneAtATime, Duration before, Duration lasting) {
    sender = new Sender(stack.producer(), questions, next);
    receipts = new Receipts(next);
    inTime = 0;
    long start = System.nanoTime();
    from = start + before.toNanos();
    to = from + lasting.toNanos();
    schedule = perSecond > 0 ? new RateSchedule(start, perSecond) : null;
    saturating = schedule == null && !oneAtATime;
    if (oneAtATime) {
      sender.oneAtATime();
    } else if (schedule == null) {
      sender.withoutEnd(underWay);
    } else {
      sender.atRate(schedule, schedule.count(to - start));
    }
    Thread thread = new Thread(sender, Sender.THREAD);
    thread.setDaemon(true);
    thread.start();
    try {
      Observed observed = receive(lasting);
      drain(thread);
      return load(perSecond, observed);
    } finally {
      sender.stop();
      next += sender.sent();
    }
  }

  /** What was seen between warm-up and end. */
  private record Observed(
      ThreadUse before,
      ThreadUse after,
      EncoderStatistics encoderBefore,
      EncoderStatistics encoderAfter,
      double commits,
      StageSampler stages) {}

  private Observed receive(Duration lasting) {
    await(from, null);
    if (schedule == null) {
      from = System.nanoTime();
      to = from + lasting.toNanos();
    }
    measuring = true;
    ThreadUse before = ThreadUse.now();
    EncoderStatistics encoderBefore = stack.application().encoder().statistics();
    double commitsBefore = commits();
    StageSampler stages = new StageSampler(() -> stack.application().metrics(), from);
    await(to, stages);
    measuring = false;
    if (schedule == null) {
      to = System.nanoTime();
    }
    return new Observed(
        before,
        ThreadUse.now(),
        encoderBefore,
        stack.application().encoder().statistics(),
        commits() - commitsBefore,
        stages);
  }

  /** How often the stream threads have committed something so far. */
  private double commits() {
    return stack.application().metrics().values().stream()
        .filter(metric -> metric.metricName().group().equals(StageSampler.GROUP))
        .filter(metric -> metric.metricName().name().equals("commit-total"))
        .mapToDouble(metric -> (double) metric.metricValue())
        .sum();
  }

  private void await(long until, StageSampler stages) {
    long lastSecond = System.nanoTime();
    long answeredBefore = receipts.answered();
    long first = answeredBefore;
    for (long now = lastSecond;
        now - until < 0 || schedule == null && !seen(first) && now - until < STALL_NANOS;
        now = System.nanoTime()) {
      poll();
      if (stages != null) {
        stages.at(now);
      }
      if (saturating && now - lastSecond >= SECOND) { // room for two seconds of answers
        long answered = receipts.answered() - answeredBefore;
        if (answered > 0) {
          underWay = (int) Math.max(MIN_UNDER_WAY, Math.min(Sender.CAPACITY, 2 * answered));
          sender.allow(underWay);
        }
        lastSecond = now;
        answeredBefore = receipts.answered();
      }
    }
  }

  /** Whether there was an answer, in a measurement to a question of that measurement. */
  private boolean seen(long answeredBefore) {
    return measuring ? receipts.timed() > 0 : receipts.answered() > answeredBefore;
  }

  private void poll() {
    long before = receipts.answered();
    String deadLetters = stack.config().getString(QuestreamConfig.DLQ_TOPIC);
    for (ConsumerRecord<byte[], byte[]> record : stack.reader().poll(POLL)) {
      received(CommittedAnswer.of(record, deadLetters));
    }
    sender.answered((int) (receipts.answered() - before));
    stack.requireAlive();
    if (sender.failure() != null) {
      throw new FatalException(
          ExitCode.FAILED, "a question was not taken: " + sender.failure().getMessage());
    }
  }

  private void received(CommittedAnswer answer) {
    long now = System.nanoTime();
    if (!receipts.count(answer)) {
      return;
    }
    long sent = sender.sentNanos(answer.place());
    long due = schedule == null ? sent : schedule.dueNanos(answer.place() - next);
    if (measuring) {
      inTime++;
    }
    if (due - from >= 0 && (measuring || due - to < 0)) {
      receipts.time(now - due, now - sent);
    }
  }

  /** Waits for every answer that is still to come: the next load begins on an idle stream. */
  private void drain(Thread sending) {
    if (schedule == null) {
      sender.stop();
    }
    long progress = System.nanoTime();
    while (sending.isAlive() || receipts.answered() < sender.sent()) {
      long before = receipts.answered();
      poll();
      long now = System.nanoTime();
      progress = receipts.answered() > before ? now : progress;
      if (now - progress > STALL_NANOS) {
        throw new FatalException(
            ExitCode.FAILED,
            "nothing has come back for a minute; %d of %d questions are answered, the application is %s"
                .formatted(receipts.answered(), sender.sent(), stack.application().state()));
      }
    }
  }

  private StreamResult.Load load(double perSecond, Observed observed) {
    long answered = Math.max(1, inTime);
    return new StreamResult.Load(
        perSecond > 0 ? perSecond : null,
        inTime / ((to - from) / 1e9),
        new StreamResult.Counts(
            sender.sent(),
            receipts.answered() - receipts.deadLetters(),
            receipts.deadLetters(),
            receipts.duplicates(),
            receipts.reordered()),
        receipts.fromDue(),
        receipts.fromSend(),
        stages(observed),
        new StreamResult.Cost(
            StreamResult.cores(observed.after().coresSince(observed.before())),
            observed.after().allocatedSince(observed.before(), Group.STREAM) / answered,
            observed.commits() / ((to - from) / 1e9)),
        BatchFill.of(batch(observed)));
  }

  private static EncoderStatistics batch(Observed observed) {
    return observed.encoderAfter().minus(observed.encoderBefore());
  }

  private StageShares stages(Observed observed) {
    double wall = observed.after().atNanos() - observed.before().atNanos();
    double busy = batch(observed).busyNanos();
    return new StageShares(
        observed.stages().mean("poll-ratio"),
        observed.stages().mean("process-ratio"),
        observed.stages().mean("punctuate-ratio"),
        observed.stages().mean("commit-ratio"),
        observed.after().coresSince(observed.before()).getOrDefault(Group.TOKENIZER, 0.0),
        busy / (wall * stack.application().encoder().workers()));
  }
}
