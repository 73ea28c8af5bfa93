package dev.questream.hub;

import dev.questream.weights.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * One attempt to bring {@code blobs/<etag>.incomplete} to its full length; the next goes on where
 * it ended.
 */
final class BlobDownload implements Retry.Attempt<Path> {
  private static final int BUFFER_BYTES = 1 << 16;

  private final HubClient client;
  private final HubId id;
  private final RemoteFile file;
  private final Path incomplete;
  private final DownloadListener listener;
  private long reached;

  BlobDownload(
      HubClient client, HubId id, RemoteFile file, Path incomplete, DownloadListener listener) {
    this.client = client;
    this.id = id;
    this.file = file;
    this.incomplete = incomplete;
    this.listener = listener;
  }

  @Override
  public long reached() {
    return reached;
  }

  /**
   * Returns the file at its full length; its hash is not checked.
   *
   * @throws IOException if the network failed
   * @throws UncheckedIOException if the disk failed
   */
  @Override
  public Path run() throws IOException {
    long offset = onDisk();
    if (file.size() < 0 || offset < file.size()) {
      fetch(offset);
    }
    listener.progressed(file.name(), file.size(), file.size());
    return incomplete;
  }

  private void fetch(long offset) throws IOException {
    try (HubResponse response = client.open(id, file, offset)) {
      boolean part = response.status() == 206;
      if (response.status() == 416 || (part && response.rangeStart() != offset)) {
        discard();
        throw new UnreachableException(
            "%s answered %d to a range from byte %d"
                .formatted(HubTransport.withoutQuery(response.uri()), response.status(), offset),
            Optional.empty());
      }
      long start = part ? offset : 0;
      long length = response.size("Content-Length");
      long end = copy(response, start);
      if ((length >= 0 && end < start + length) || end < file.size()) {
        throw new UnreachableException(
            "%s ended after byte %d of %d"
                .formatted(file.name(), end, Math.max(start + length, file.size())),
            Optional.empty());
      }
    }
  }

  /** Writes the body from a byte on, and returns the byte after its last. */
  private long copy(HubResponse response, long start) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long limit = file.size() < 0 ? RemoteFile.MAX_BYTES : file.size();
    long end = start;
    try (InputStream body = response.body();
        FileChannel channel = open(start)) {
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        if (end + read > limit) {
          discard();
          throw new ModelException(
              "%s has more than the %d bytes that the hub declares; it was deleted, run again"
                  .formatted(file.uri(), limit));
        }
        write(channel, ByteBuffer.wrap(buffer, 0, read));
        end += read;
        reached = Math.max(reached, end);
        listener.progressed(file.name(), end, file.size());
      }
      force(channel);
    }
    return end;
  }

  private long onDisk() {
    try {
      if (!Files.exists(incomplete)) {
        return 0;
      }
      long size = Files.size(incomplete);
      if (size <= (file.size() < 0 ? RemoteFile.MAX_BYTES : file.size())) {
        return size;
      }
    } catch (IOException e) {
      throw HubCache.diskFailure(incomplete, e);
    }
    discard();
    return 0;
  }

  private FileChannel open(long start) {
    try {
      FileChannel channel =
          FileChannel.open(incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        return channel.truncate(start).position(start);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw HubCache.diskFailure(incomplete, e);
    }
  }

  private void write(FileChannel channel, ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw HubCache.diskFailure(incomplete, e);
    }
  }

  private void force(FileChannel channel) {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw HubCache.diskFailure(incomplete, e);
    }
  }

  private void discard() {
    try {
      Files.deleteIfExists(incomplete);
    } catch (IOException e) {
      throw HubCache.diskFailure(incomplete, e);
    }
  }
}
