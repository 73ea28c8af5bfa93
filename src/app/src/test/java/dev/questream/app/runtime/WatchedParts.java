package dev.questream.app.runtime;

import dev.questream.app.tracing.Tracing;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.TokenizedText;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.EncoderObserver;
import dev.questream.model.Encoders;
import dev.questream.processor.EmbedObserver;
import dev.questream.testing.ConstantBackend;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

/**
 * Parts that need no broker and know whether they are open. One step of the start may fail, and so
 * may closes.
 */
final class WatchedParts implements Parts {
  private final QuestreamConfig config;
  private final Step broken;
  private final Set<Step> brokenCloses;
  private final Set<Step> open = EnumSet.noneOf(Step.class);
  private final Metrics metrics = new Metrics(false);

  /** The steps of a start, in order. */
  enum Step {
    TRACING,
    ENCODER,
    STREAMS,
    START
  }

  /**
   * @param broken the step that fails, or null
   */
  WatchedParts(QuestreamConfig config, Step broken, Step... brokenCloses) {
    this.config = config;
    this.broken = broken;
    this.brokenCloses = Set.of(brokenCloses);
  }

  private void opened(Step step) {
    if (step == broken) {
      throw new IllegalStateException(step + " fails");
    }
    open.add(step);
  }

  private void closed(Step step) {
    open.remove(step);
    if (brokenCloses.contains(step)) {
      throw new IllegalStateException(step + " does not close");
    }
  }

  /** What is open, the metrics apart. */
  Set<Step> open() {
    return open;
  }

  @Override
  public Metrics metrics() {
    return metrics;
  }

  @Override
  public Tracing tracing() {
    opened(Step.TRACING);
    return new Tracing() {
      @Override
      public EmbedObserver observer() {
        return EmbedObserver.NONE;
      }

      @Override
      public void close() {
        closed(Step.TRACING);
      }
    };
  }

  @Override
  public BatchingEncoder encoder(EncoderObserver observer) {
    opened(Step.ENCODER);
    return Encoders.batching(config, new Backend(), observer);
  }

  @Override
  public KafkaStreams streams(BatchingEncoder encoder, EmbedObserver observer) {
    opened(Step.STREAMS);
    Topology topology = new Topology();
    topology.addSource(
        "questions", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "questions");
    return new Client(topology, config.streamsSettings());
  }

  private final class Backend implements EncoderBackend {
    private final EncoderBackend model = new ConstantBackend();

    @Override
    public EncoderInfo info() {
      return model.info();
    }

    @Override
    public TokenizedText tokenize(EncoderInput input) {
      return model.tokenize(input);
    }

    @Override
    public Session openSession() {
      return model.openSession();
    }

    @Override
    public void close() {
      closed(Step.ENCODER);
    }
  }

  private final class Client extends KafkaStreams {
    Client(Topology topology, Properties settings) {
      super(topology, settings);
    }

    @Override
    public void start() {
      opened(Step.START);
    }

    @Override
    public boolean close(org.apache.kafka.streams.CloseOptions options) {
      super.close(Duration.ofSeconds(10));
      open.remove(Step.START);
      closed(Step.STREAMS);
      return true;
    }
  }
}
