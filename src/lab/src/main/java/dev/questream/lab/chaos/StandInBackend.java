package dev.questream.lab.chaos;

import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.TokenizedText;
import dev.questream.provenance.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A model that costs nothing: its vector is a hash of the text, and it fails where the text says so
 * ({@link Mark}).
 *
 * <p>Batches take random times, so that they end out of order.
 *
 * <p><b>Threading:</b> as the interface says; sessions share the set of texts that were seen.
 */
final class StandInBackend implements EncoderBackend {
  private static final EncoderInfo INFO =
      new EncoderInfo(
          new Provenance(
              new Provenance.Model("stand-in", "", "0".repeat(64), "0".repeat(64)),
              new Provenance.Computation("cls", false, "fp32", "", StandInVectors.DIMENSIONS)),
          EncoderRole.QUESTION,
          StandInVectors.MAX_TOKENS);

  private static final int OOM_TEXTS = 2;
  private static final long LATE_MS = 700;

  private final StandInSettings settings;
  private final Set<Long> seen = ConcurrentHashMap.newKeySet();

  StandInBackend(StandInSettings settings) {
    this.settings = settings;
  }

  @Override
  public EncoderInfo info() {
    return INFO;
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    int[] ids = StandInVectors.tokenIds(input.text());
    return new TokenizedText(ids, ids.length);
  }

  @Override
  public Session openSession() {
    return new StandInSession();
  }

  @Override
  public void close() {}

  private final class StandInSession implements Session {
    @Override
    public List<float[]> encode(List<int[]> tokenIds) {
      sleep(ThreadLocalRandom.current().nextLong(settings.maxDelay().toMillis() + 1));
      for (int[] ids : tokenIds) {
        StandInVectors.mark(ids).ifPresent(mark -> misbehave(mark, ids, tokenIds.size()));
      }
      List<float[]> vectors = new ArrayList<>(tokenIds.size());
      tokenIds.forEach(ids -> vectors.add(StandInVectors.vector(ids)));
      return settings.sabotage().vectors(vectors);
    }

    private void misbehave(Mark mark, int[] ids, int batchSize) {
      switch (mark) {
        case FAIL -> throw new IllegalStateException("the stand-in fails on this text");
        case THROW_ONCE -> {
          if (first(ids)) {
            throw new IllegalStateException("the stand-in fails on this text once");
          }
        }
        case HANG -> {
          if (first(ids)) {
            sleep(settings.hang().toMillis());
          }
        }
        case LATE -> sleep(LATE_MS);
        case OOM -> {
          if (batchSize > OOM_TEXTS) {
            throw new IllegalStateException(
                "device out of memory: the stand-in takes %d texts beside this one, not %d"
                    .formatted(OOM_TEXTS - 1, batchSize - 1));
          }
        }
      }
    }

    /** Only marked texts are remembered, so the set stays small. */
    private boolean first(int[] ids) {
      return seen.add(StandInVectors.hash(ids));
    }

    private void sleep(long millis) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        throw new IllegalStateException("the stand-in was interrupted", e);
      }
    }

    @Override
    public void close() {}
  }
}
