package dev.questream.hub;

import dev.questream.checkpoint.ModelFiles;
import dev.questream.weights.ModelException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models of the Hugging Face hub, by their names. Safe for several threads and processes at once.
 *
 * @see HubSettings
 */
public final class HubModels {
  private static final Logger LOG = LoggerFactory.getLogger(HubModels.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final HubSettings settings;
  private final DownloadListener listener;
  private final Retry retry;
  private final HubCache.Links links;
  private final HubClient client;

  public HubModels(HubSettings settings, DownloadListener listener) {
    this(settings, listener, Retry.standard(), TIMEOUT, Files::createSymbolicLink);
  }

  HubModels(
      HubSettings settings,
      DownloadListener listener,
      Retry retry,
      Duration timeout,
      HubCache.Links links) {
    this.settings = settings;
    this.listener = listener;
    this.retry = retry;
    this.links = links;
    this.client = new HubClient(settings, new HubTransport(settings, timeout));
  }

  /**
   * Finds a model in the cache, or fetches what an encoder needs of it.
   *
   * <p>A branch or tag is asked for each time, and its files are fetched when it moved. A commit
   * that is complete in the cache is used without any request. Offline, or when the hub cannot be
   * reached, a cached model is used as it is.
   *
   * @return the snapshot's folder; its name is the commit
   * @throws ModelException if there is no such model, no access to it, no way to reach it, or if
   *     what came is damaged
   * @throws UncheckedIOException if the cache cannot be written; what was fetched is kept
   */
  public Path fetch(HubId id) {
    HubCache cache = new HubCache(settings.cache(), id, links);
    Optional<String> commit =
        cache.commit(id).filter(known -> NeededFiles.isUsable(cache.snapshot(known)));
    Optional<Path> cached = commit.map(cache::snapshot);
    List<String> unknown = commit.map(known -> unknown(cache, known)).orElse(List.of());
    if (id.isPinned() && cached.isPresent() && unknown.isEmpty()) {
      return cached.get();
    }
    if (settings.offline()) {
      warnOf(unknown, id);
      return cached.orElseThrow(() -> notCached(id));
    }
    try {
      return new SnapshotDownload(client, cache, id, retry, listener).run(cached.isPresent());
    } catch (UnreachableException e) {
      if (cached.isEmpty()) {
        throw new ModelException(
            ("the hub at %s cannot be reached and %s is not in %s (%s); check the network,"
                    + " HF_ENDPOINT"
                    + " and any proxy, or run again: what was fetched is kept")
                .formatted(settings.endpoint(), id, settings.cache(), e.getMessage()),
            e);
      }
      LOG.warn("Using {} from the cache, perhaps not its newest: {}", id, e.getMessage());
      warnOf(unknown, id);
      return cached.get();
    }
  }

  private ModelException notCached(HubId id) {
    return new ModelException(
        ("%s is not complete in %s and HF_HUB_OFFLINE forbids to fetch it; unset HF_HUB_OFFLINE,"
                + " or fetch it on another machine and copy the cache")
            .formatted(id, settings.cache()));
  }

  /** A program that read only some files leaves a snapshot that lacks the others. */
  private static List<String> unknown(HubCache cache, String commit) {
    return NeededFiles.DECLARATIONS.stream()
        .filter(name -> !Files.exists(cache.snapshot(commit).resolve(name)))
        .filter(name -> !cache.isAbsent(commit, name))
        .toList();
  }

  private static void warnOf(List<String> unknown, HubId id) {
    for (String name : List.of(ModelFiles.MODULES, ModelFiles.SENTENCE_TRANSFORMERS)) {
      if (unknown.contains(name)) {
        LOG.warn(
            "The cache does not say whether {} has a {}, which declares {}; fetch it online once",
            id,
            name,
            name.equals(ModelFiles.MODULES) ? "pooling" : "prompts");
      }
    }
  }
}
