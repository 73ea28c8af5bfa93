package dev.questream.model;

import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.checkpoint.Matryoshka;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Hardware;
import dev.questream.encoder.Truncation;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.BatchingSettings;
import dev.questream.encoder.batching.EncoderObserver;
import dev.questream.encoder.batching.TokenBudget;
import dev.questream.engine.DeviceChoice;
import dev.questream.engine.EngineSettings;
import dev.questream.engine.PrecisionChoice;
import dev.questream.engine.TorchBackend;
import dev.questream.hub.DownloadListener;
import dev.questream.hub.HubSettings;
import dev.questream.weights.ModelException;
import java.util.Map;

/**
 * Opens encoders as the configuration says: the settings {@code model}, {@code encoder.*}, {@code
 * output.dimensions}, {@code output.vector} and {@code cache.dir}.
 *
 * <p>Whoever opens an encoder closes it, after everything that submits to it. One encoder serves a
 * whole process; a second one of the same model would only compete for the same cores.
 */
public final class Encoders {
  /** A few cores have all of the memory's bandwidth; more of them wait for each other longer. */
  private static final int MAX_CALL_THREADS = 8;

  private Encoders() {}

  /**
   * Finds the configured model on this machine.
   *
   * @throws ModelException if it is not there
   */
  public static PublishedModel resolve(QuestreamConfig config) {
    return ModelLocation.of(config.getString(QuestreamConfig.MODEL)).open(config.cacheFolder());
  }

  /**
   * The same configuration with a model that is on this machine: one on the hub is fetched, the way
   * the environment says.
   *
   * @throws ModelException if the hub does not give it
   */
  public static QuestreamConfig fetched(QuestreamConfig config, DownloadListener listener) {
    if (ModelLocation.of(config.getString(QuestreamConfig.MODEL))
        instanceof ModelLocation.OnHub model) {
      HubSettings settings = HubSettings.of(System.getenv());
      return config.with(QuestreamConfig.MODEL, model.fetch(settings, listener).path());
    }
    return config;
  }

  /**
   * Finds the configured model on this machine without asking the hub.
   *
   * @throws ModelException if it is not there
   */
  public static PublishedModel resolveOffline(QuestreamConfig config) {
    if (ModelLocation.of(config.getString(QuestreamConfig.MODEL))
        instanceof ModelLocation.OnHub model) {
      HubSettings online = HubSettings.of(System.getenv());
      HubSettings offline =
          new HubSettings(online.endpoint(), online.cache(), online.token(), true);
      return model.fetch(offline, DownloadListener.SILENT).open(config.cacheFolder());
    }
    return resolve(config);
  }

  /**
   * Opens the configured model in the configured role. One on the hub is fetched first; the first
   * time, importing a model takes seconds to a minute.
   *
   * @throws ModelException if it cannot be had or used, or encodes the other kind of text
   */
  public static BatchingEncoder open(QuestreamConfig config, EncoderObserver observer) {
    return open(config, config.role(), observer);
  }

  /** The same in another role, without an observer. */
  public static BatchingEncoder open(QuestreamConfig config, EncoderRole role) {
    return open(config, role, EncoderObserver.NONE);
  }

  /** The same with an observer. */
  public static BatchingEncoder open(
      QuestreamConfig config, EncoderRole role, EncoderObserver observer) {
    return open(config, resolve(fetched(config, DownloadListener.SILENT)), role, observer);
  }

  /** Opens the configured model for whatever it encodes. */
  public static BatchingEncoder openAnyRole(QuestreamConfig config) {
    PublishedModel model = resolve(fetched(config, DownloadListener.SILENT));
    EncoderRole role = model.read(EncoderCheckpoint::role);
    return open(
        config,
        model,
        role == EncoderRole.PASSAGE ? role : EncoderRole.QUESTION,
        EncoderObserver.NONE);
  }

  private static BatchingEncoder open(
      QuestreamConfig config, PublishedModel model, EncoderRole role, EncoderObserver observer) {
    EngineSettings settings =
        new EngineSettings(
            role,
            new EngineSettings.Text(
                config.prefix(),
                config.passageTemplate(),
                Truncation.of(config.getString(QuestreamConfig.TRUNCATION))),
            new EngineSettings.Arithmetic(
                PrecisionChoice.of(config.getString(QuestreamConfig.PRECISION)),
                config.getDouble(QuestreamConfig.MIN_COSINE)),
            new EngineSettings.Compute(
                new DeviceChoice(config.getString(QuestreamConfig.DEVICE)), callThreads(config)),
            config.cacheFolder());
    Matryoshka matryoshka = model.matryoshka(); // before the weights: it may be damaged
    return batching(
        config,
        OutputShape.shaped(config, matryoshka, TorchBackend.open(model, settings)),
        observer);
  }

  /** Batches in front of a backend, as the configuration says. The encoder closes the backend. */
  public static BatchingEncoder batching(
      QuestreamConfig config, EncoderBackend backend, EncoderObserver observer) {
    boolean questions = backend.info().role() != EncoderRole.PASSAGE; // passages hardly come twice
    BatchingSettings settings =
        new BatchingSettings(
            budget(config, backend.hardware()),
            config.getInt(QuestreamConfig.RETRIES),
            config.duration(QuestreamConfig.RETRY_BACKOFF_MS),
            config.duration(QuestreamConfig.CALL_TIMEOUT_MS),
            config.getBoolean(QuestreamConfig.COALESCE),
            questions ? config.getLong(QuestreamConfig.CACHE_BYTES) : 0,
            config.getDouble(QuestreamConfig.HTTP_EMBED_SHARE));
    return new BatchingEncoder(backend, settings, observer);
  }

  private static TokenBudget budget(QuestreamConfig config, Hardware hardware) {
    int workers = orElse(config.getInt(QuestreamConfig.WORKERS), hardware.workers());
    if (config.getBoolean(QuestreamConfig.DETERMINISTIC)) {
      return new TokenBudget(1, 1, workers); // every text exceeds it, and so stands alone
    }
    int maxTokens =
        orElse(config.getInt(QuestreamConfig.MAX_BATCH_TOKENS), hardware.maxBatchTokens());
    return new TokenBudget(Math.min(hardware.minBatchTokens(), maxTokens), maxTokens, workers);
  }

  /**
   * Threads that a small batch on the processor uses while no other runs. How they share the work
   * changes sums in their last bits.
   */
  public static int callThreads(QuestreamConfig config) {
    return config.getBoolean(QuestreamConfig.DETERMINISTIC)
        ? 1
        : orElse(
            config.getInt(QuestreamConfig.CALL_THREADS), automaticCallThreads(System.getenv()));
  }

  /**
   * All cores, but only where OpenMP has been told not to spin for long, as the launcher does. By
   * default a thread that waits spins for about a millisecond: if another program has taken the
   * core of the one it waits for, a call takes several times as long as on one thread.
   */
  static int automaticCallThreads(Map<String, String> environment) {
    return Math.min(trainingThreads(environment), MAX_CALL_THREADS);
  }

  /** The same for large batches, for which all cores work without waiting for memory. */
  public static int trainingThreads(Map<String, String> environment) {
    boolean patient =
        environment.containsKey("GOMP_SPINCOUNT")
            || "passive".equalsIgnoreCase(environment.get("OMP_WAIT_POLICY"));
    return patient ? Runtime.getRuntime().availableProcessors() : 1;
  }

  private static int orElse(int set, int automatic) {
    return set > 0 ? set : automatic;
  }
}
