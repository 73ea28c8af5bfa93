package dev.questream.hub;

import dev.questream.weights.ModelException;
import dev.questream.weights.ShardedCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Fetches what is missing of one revision: small files first, weights last, so that a snapshot with
 * weights is whole; the revision's name is given to the commit at the very end.
 */
final class SnapshotDownload {
  private final HubClient client;
  private final HubCache cache;
  private final HubId id;
  private final Retry retry;
  private final DownloadListener listener;

  SnapshotDownload(
      HubClient client, HubCache cache, HubId id, Retry retry, DownloadListener listener) {
    this.client = client;
    this.cache = cache;
    this.id = id;
    this.retry = retry;
    this.listener = listener;
  }

  /**
   * Returns the snapshot with all its files.
   *
   * @param impatient whether there is something to fall back on, so that a hub which does not
   *     answer is asked once only
   */
  Path run(boolean impatient) throws UnreachableException {
    HubClient.Listing listing =
        (impatient ? retry.once() : retry).run("asking for " + id, () -> client.list(id));
    String commit = listing.commit();
    Path snapshot = cache.snapshot(commit);
    Set<String> files = listing.files();
    fetchAll(listing, NeededFiles.first(files));
    String encoder = NeededFiles.encoder(snapshot);
    fetchAll(listing, NeededFiles.small(id, files, encoder));
    fetchAll(
        listing,
        NeededFiles.modules(snapshot, files::contains).stream().filter(files::contains).toList());
    String weights = NeededFiles.weights(encoder, files::contains).orElseThrow();
    fetchAll(listing, NeededFiles.beside(weights, files));
    fetchAll(listing, List.of(weights));
    if (weights.endsWith(ShardedCheckpoint.INDEX)) {
      fetchAll(listing, NeededFiles.shards(snapshot, encoder));
    }
    for (String name : NeededFiles.DECLARATIONS) {
      if (!listing.files().contains(name)) {
        cache.rememberAbsent(commit, name);
      }
    }
    cache.remember(id, commit);
    return snapshot;
  }

  private void fetchAll(HubClient.Listing listing, Collection<String> names)
      throws UnreachableException {
    for (String name : names) {
      if (!listing.files().contains(name)) {
        throw new ModelException(
            "%s has no file %s, which its %s names; choose another revision or model"
                .formatted(id, name, ShardedCheckpoint.INDEX));
      }
      if (!Files.exists(RepoPath.below(cache.snapshot(listing.commit()), name))) {
        fetch(listing.commit(), name);
      }
    }
  }

  private void fetch(String commit, String name) throws UnreachableException {
    RemoteFile file = retry.run("asking for " + name, () -> client.describe(id, commit, name));
    Path blob = cache.blob(file.etag());
    try {
      BlobLock.holding(
          cache.lock(file.etag()),
          () -> {
            if (!Files.exists(blob) || (file.size() >= 0 && Files.size(blob) != file.size())) {
              fetch(file, blob);
            }
            cache.show(commit, name, file.etag());
          });
    } catch (UnreachableException e) {
      throw e;
    } catch (IOException e) {
      throw HubCache.diskFailure(blob, e);
    }
  }

  private void fetch(RemoteFile file, Path blob) throws IOException {
    Files.createDirectories(blob.getParent());
    Path incomplete = cache.incomplete(file.etag());
    retry.run("fetching " + file.name(), new BlobDownload(client, id, file, incomplete, listener));
    check(file, incomplete);
    Files.move(
        incomplete, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private void check(RemoteFile file, Path incomplete) throws IOException {
    String found = BlobDigest.like(file.etag(), incomplete);
    if (!found.equals(file.etag())) {
      Files.delete(incomplete);
      throw new ModelException(
          "%s of %s arrived damaged: its hash is %s, expected %s; it was deleted, run again"
              .formatted(file.name(), id, found, file.etag()));
    }
  }
}
