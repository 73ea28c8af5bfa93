package dev.questream.lab.chaos;

import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.app.kafka.Topics;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.lab.chaos.guarantee.Crashes;
import dev.questream.lab.chaos.guarantee.DeadLettered;
import dev.questream.lab.chaos.guarantee.Duplicated;
import dev.questream.lab.chaos.guarantee.Guarantee;
import dev.questream.lab.chaos.guarantee.Lost;
import dev.questream.lab.chaos.guarantee.Outdated;
import dev.questream.lab.chaos.guarantee.Positions;
import dev.questream.lab.chaos.guarantee.Reordered;
import dev.questream.lab.chaos.guarantee.VectorReference;
import dev.questream.lab.chaos.guarantee.WrongVector;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * One run: starts broker and application as processes, produces questions, injects faults, lets
 * everything be answered, and says what the guarantees saw.
 *
 * <p><b>Threading:</b> one thread; it may be interrupted.
 */
public final class ChaosRun implements AutoCloseable {
  /** A broker and an application start in a few seconds; a session of 6 s may have to end first. */
  private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(90);

  private static final Duration TICK = Duration.ofMillis(200);
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int QUIET_POLLS = 20;

  private final ChaosOptions options;
  private final Path folder;
  private final Journal journal;
  private final Cluster cluster;
  private final Faults faults;
  private final SplittableRandom random;
  private final long start = System.nanoTime();
  private final Crashes crashes = new Crashes();
  private final AtomicIntegerArray marks = new AtomicIntegerArray(Mark.values().length);
  private final List<Long> recoveries = new ArrayList<>();
  private Duplicated duplicated;
  private ModelVectors modelVectors; // null with the stand-in
  private Watch watch;
  private Load load;
  private int stalls;
  private long shownNanos = start;
  private boolean keep = true;

  /**
   * Prepares a run.
   *
   * @param folder new and empty; takes data and logs
   * @param console takes progress
   */
  public ChaosRun(ChaosOptions options, Path folder, PrintStream console) {
    this.options = options;
    this.folder = folder;
    this.random = new SplittableRandom(options.seed());
    this.journal = new Journal(console, folder.resolve("chaos.log"));
    this.cluster = new Cluster(options, folder, journal);
    this.faults = new Faults(cluster, random, journal);
  }

  /** A new folder for a run, under the system's folder for temporary files. */
  public static Path temporaryFolder() throws IOException {
    return Files.createTempDirectory("questream-chaos-");
  }

  /** Runs. */
  public ChaosResult run() throws Exception {
    journal.note("seed %d, %s, logs in %s", options.seed(), options.guarantee(), folder);
    begin();
    injectAll();
    journal.note("no more faults; waiting for the last answers");
    load.stop();
    drain();
    cluster.running().forEach(Instance::terminate);
    watch.awaitQuiet(QUIET_POLLS, RECOVERY_LIMIT); // one answer too many would show here
    ChaosResult result = result();
    keep = !result.sound() || cluster.endedByThemselves() > 0;
    return result;
  }

  private void begin() throws Exception {
    cluster.start();
    QuestreamConfig config = config();
    createTopics(config);
    Workload workload =
        new Workload(
            options.seed(),
            options.questions().intensity(),
            !options.applications().realModel(),
            partitions(config),
            System.currentTimeMillis(),
            options.skipsUnchanged());
    watch = watch(config, workload);
    cluster.instances().get(0).start();
    load =
        new Load(
            options.questions(),
            config.producerSettings(),
            config.getString(QuestreamConfig.QUESTIONS_TOPIC),
            workload,
            watch,
            number -> workload.mark(number).ifPresent(m -> marks.incrementAndGet(m.ordinal())));
    awaitProgress(System.currentTimeMillis(), "start");
  }

  /** Settings of the runner's own clients. */
  private QuestreamConfig config() {
    return new QuestreamConfig(
        Map.of(
            QuestreamConfig.BOOTSTRAP_SERVERS,
            cluster.bootstrapServers(),
            "consumer." + ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "none")); // to begin anywhere else than where it was would be taken for a violation
  }

  private static int partitions(QuestreamConfig config) {
    return Topics.contract(config)
        .get(config.getString(QuestreamConfig.QUESTIONS_TOPIC))
        .partitions();
  }

  private void createTopics(QuestreamConfig config) throws Exception {
    try (Topics topics = new Topics(config);
        Admin admin = Admin.create(config.adminSettings())) {
      NewTopic questions =
          new NewTopic(
                  config.getString(QuestreamConfig.QUESTIONS_TOPIC),
                  partitions(config),
                  (short) options.replicas())
              .configs(
                  Map.of(
                      "retention.ms",
                      "-1", // times of the workload may be long past, or far ahead
                      "message.timestamp.after.max.ms",
                      Long.toString(Long.MAX_VALUE)));
      admin.createTopics(List.of(questions)).all().get();
      topics.create();
      admin.createTopics(List.of(new NewTopic(Saboteur.VOID, 1, (short) 1))).all().get();
    }
  }

  private Watch watch(QuestreamConfig config, Workload workload) {
    Positions positions = new Positions();
    Lost lost = new Lost(positions, workload);
    duplicated =
        options.atLeastOnce()
            ? Duplicated.unlessCrashed(positions, crashes)
            : Duplicated.never(positions);
    String questions = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    EmbeddingReader reader = new EmbeddingReader(config, ReadFrom.BEGINNING);
    List<Guarantee> guarantees = new ArrayList<>();
    guarantees.add(lost);
    guarantees.add(duplicated);
    guarantees.add(new Reordered(positions, workload));
    guarantees.add(new WrongVector(positions, workload, vectors(), questions));
    guarantees.add(new DeadLettered(positions, workload));
    if (!options.atLeastOnce()) { // there an old answer may come again
      guarantees.add(new Outdated(positions, workload));
    }
    return new Watch(positions, lost, guarantees, reader);
  }

  private VectorReference vectors() {
    if (!options.applications().realModel()) {
      return new StandInVectors();
    }
    modelVectors = new ModelVectors(new QuestreamConfig(cluster.settings(options)));
    return modelVectors;
  }

  private void injectAll() throws InterruptedException {
    Iterator<Fault> script = options.faults().script().iterator();
    long end = start + options.faults().time().toNanos();
    for (int step = 1;
        options.faults().script().isEmpty() ? System.nanoTime() < end : script.hasNext(); ) {
      Fault wanted = options.faults().script().isEmpty() ? Faults.choose(random) : script.next();
      inject(step++, faults.possible(wanted));
      long pause = random.nextLong(options.faults().maxPause().toMillis() + 1);
      for (long left = pause; left > 0; left -= TICK.toMillis()) {
        Thread.sleep(Math.min(left, TICK.toMillis()));
        tend();
      }
    }
  }

  private void inject(int step, Fault fault) {
    journal.note("fault %d: %s (%d running)", step, fault.title(), cluster.running().size());
    boolean single = cluster.running().size() == 1;
    crashes.add(System.currentTimeMillis());
    faults.inject(fault);
    long since = System.currentTimeMillis();
    long millis = awaitProgress(since, fault.label());
    crashes.add(System.currentTimeMillis());
    if (fault == Fault.KILL && single && millis >= 0) {
      recoveries.add(millis);
    }
  }

  /** Waits for an embedding that was made since; how long that took, or -1. */
  private long awaitProgress(long sinceMs, String what) {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < RECOVERY_LIMIT.toNanos()) {
      if (watch.awaitMadeSince(sinceMs, TICK)) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      }
      tend();
    }
    stalls++;
    journal.note("STALL: nothing answered %d s after %s", RECOVERY_LIMIT.toSeconds(), what);
    return -1;
  }

  private void tend() {
    cluster.tend();
    watch.requireAlive();
    load.requireAlive();
    long now = System.nanoTime();
    if (now - shownNanos >= PROGRESS_NANOS) {
      shownNanos = now;
      journal.note(
          "%,d questions, %,d answers, %,d pending, %d kills, %d violations",
          load.acknowledged(),
          watch.counts().total(),
          watch.pending(),
          faults.kills(),
          watch.breaches());
    }
  }

  private void drain() throws InterruptedException {
    int before = Integer.MAX_VALUE;
    long progress = System.nanoTime();
    while (watch.pending() > 0 && System.nanoTime() - progress < options.drainLimit().toNanos()) {
      Thread.sleep(TICK.toMillis());
      tend();
      if (watch.pending() < before) {
        before = watch.pending();
        progress = System.nanoTime();
      }
    }
  }

  private ChaosResult result() {
    Map<Mark, Integer> marked = new EnumMap<>(Mark.class);
    for (Mark mark : Mark.values()) {
      marked.put(mark, marks.get(mark.ordinal()));
    }
    return new ChaosResult(
        options,
        (System.nanoTime() - start) / 1e9,
        new ChaosResult.Traffic(
            load.acknowledged(),
            load.unknown(),
            watch.counts(),
            watch.skipped(),
            duplicated.repeated()),
        new ChaosResult.Trouble(
            faults.counts(),
            marked,
            faults.kills(),
            cluster.endedByThemselves(),
            stalls,
            recoveries.stream().sorted().toList()),
        watch.violations(),
        folder);
  }

  /** Ends all processes; deletes the folder if nothing was violated. */
  @Override
  public void close() {
    Thread.interrupted(); // closing must not be cut short by the signal that asks for it
    try (journal;
        cluster) {
      if (load != null) {
        load.close();
      }
      if (watch != null) {
        watch.close();
      }
      if (modelVectors != null) {
        modelVectors.close();
      }
    }
    if (!keep) {
      EmbeddedBroker.deleteFolder(folder);
    }
  }
}
