package dev.questream.app.runtime;

import dev.questream.app.tracing.Tracing;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.EncoderObserver;
import dev.questream.processor.EmbedObserver;
import org.apache.kafka.streams.KafkaStreams;

/** Opens the parts of an application; it closes them. */
interface Parts {
  Metrics metrics();

  Tracing tracing();

  BatchingEncoder encoder(EncoderObserver observer);

  /** A client that is not started yet. */
  KafkaStreams streams(BatchingEncoder encoder, EmbedObserver observer);
}
