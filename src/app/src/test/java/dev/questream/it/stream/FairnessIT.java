package dev.questream.it.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.TokenizedText;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.EncoderObserver;
import dev.questream.it.KafkaFixture;
import dev.questream.model.Encoders;
import dev.questream.processor.EmbedObserver;
import dev.questream.processor.TopicLimits;
import dev.questream.testing.ManualEncoder;
import dev.questream.topology.EmbeddingTopology;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A partition with a flood must not starve one with a trickle, on one stream thread. */
@Timeout(120)
class FairnessIT {
  private static final Logger LOG = LoggerFactory.getLogger(FairnessIT.class);
  private static final int FLOOD = 24_000;
  private static final int TRICKLE = 60;
  private static final long TRICKLE_MS = 50;
  @TempDir Path folder;

  /** A model that takes a millisecond for each text. */
  private static final class SlowBackend implements EncoderBackend {
    @Override
    public EncoderInfo info() {
      return ManualEncoder.INFO;
    }

    @Override
    public TokenizedText tokenize(EncoderInput input) {
      int[] ids = input.text().chars().toArray();
      return new TokenizedText(ids, ids.length);
    }

    @Override
    public Session openSession() {
      return new Session() {
        @Override
        public List<float[]> encode(List<int[]> tokenIds) {
          try {
            Thread.sleep(tokenIds.size());
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return tokenIds.stream().map(ids -> new float[] {ids.length, 1, 2, 3}).toList();
        }

        @Override
        public void close() {
          // holds nothing
        }
      };
    }

    @Override
    public void close() {
      // holds nothing
    }
  }

  @Test
  void shouldAnswerATrickleWhileAnotherPartitionIsFlooded() throws Exception {
    EmbeddedBroker broker = KafkaFixture.broker();
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    QuestreamConfig config =
        kafka.config(
            Map.of(
                "input.format", "text",
                "encoder.workers", "1",
                "encoder.max.batch.tokens", "320",
                "streams.num.stream.threads", "1"));
    BatchingEncoder encoder = Encoders.batching(config, new SlowBackend(), EncoderObserver.NONE);
    KafkaStreams streams =
        EmbeddingTopology.streams(
            config, config.streamsSettings(), encoder, EmbedObserver.NONE, () -> TopicLimits.NONE);
    streams.start();
    try (encoder) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> streams.state() == KafkaStreams.State.RUNNING);
      List<Long> latencies = new ArrayList<>();
      int floodBefore = askAndListen(config, latencies);
      Collections.sort(latencies);
      LOG.info(
          "trickle beside a flood: p50 {} ms, p99 {} ms; {} of the flood's {} were answered when"
              + " it ended",
          latencies.get(TRICKLE / 2),
          latencies.get(TRICKLE * 99 / 100),
          floodBefore,
          FLOOD);
      assertThat(floodBefore).as("the flood goes on while the trickle runs").isLessThan(FLOOD);
      assertThat(latencies.get(TRICKLE / 2))
          .as("far less than the flood of %d ms", FLOOD)
          .isLessThan(FLOOD / 4L);
    } finally {
      streams.close(Duration.ofSeconds(20));
    }
  }

  /** Gives how much of the flood was answered when the last drop was. */
  private static int askAndListen(QuestreamConfig config, List<Long> latencies) {
    String topic = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    List<String> answers = List.of(config.getString(QuestreamConfig.EMBEDDINGS_TOPIC));
    int flood = 0;
    try (KafkaProducer<String, String> producer =
            new KafkaProducer<>(
                config.producerSettings(), new StringSerializer(), new StringSerializer());
        EmbeddingReader reader = new EmbeddingReader(config, ReadFrom.BEGINNING, answers)) {
      for (int i = 0; i < FLOOD; i++) {
        producer.send(new ProducerRecord<>(topic, 0, "flood-" + i, "flood " + i));
      }
      producer.flush();
      long start = System.currentTimeMillis();
      int sent = 0;
      while (latencies.size() < TRICKLE) {
        long now = System.currentTimeMillis();
        if (sent < TRICKLE && now >= start + sent * TRICKLE_MS) {
          producer.send(new ProducerRecord<>(topic, 1, now, "drop-" + sent, "a drop " + sent));
          sent++;
        }
        for (Answer answer : reader.poll(Duration.ofMillis(5))) {
          String key = new String(answer.source().key(), StandardCharsets.UTF_8);
          if (key.startsWith("drop-")) {
            latencies.add(System.currentTimeMillis() - answer.source().timestamp());
          } else {
            flood++;
          }
        }
      }
    }
    return flood;
  }
}
