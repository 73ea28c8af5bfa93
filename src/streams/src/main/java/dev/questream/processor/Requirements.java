package dev.questream.processor;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the promise rests on in the Kafka Streams application that the processor finds itself in.
 * Anybody may have built it, so nothing is taken for granted.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class Requirements {
  private static final Logger LOG = LoggerFactory.getLogger(Requirements.class);
  private static final String STREAM_THREAD = "StreamThread";
  private static final int SLOW_POLL_FACTOR = 10;

  private final EmbedSettings settings;
  private final EmbedClients clients;
  private final AtomicBoolean advised = new AtomicBoolean();

  Requirements(EmbedSettings settings, EmbedClients clients) {
    this.settings = settings;
    this.clients = clients;
  }

  /**
   * Looks at the application; advice is logged once.
   *
   * @throws ConfigException if a question could be lost in it
   */
  void check(ProcessorContext<?, ?> context) {
    Map<String, Object> configured = context.appConfigs();
    requireSettings(configured);
    boolean ownClients = clients.inUse() || !onStreamThread();
    if (!ownClients && !settings.exactlyOnce()) {
      throw new ConfigException(
          "with processing.guarantee=at_least_once a question could be lost, because Kafka Streams"
              + " runs with other clients than the processor's; make it with new"
              + " KafkaStreams(topology, settings, clients), or take exactly_once_v2");
    }
    if (!advised.getAndSet(true)) {
      advise(configured, ownClients);
    }
  }

  /**
   * Looks at the settings of Kafka Streams alone.
   *
   * @throws ConfigException if a question could be lost with them
   */
  void requireSettings(Map<?, ?> configured) {
    requireGuarantee(configured.get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG));
    requireApplicationId(configured.get(StreamsConfig.APPLICATION_ID_CONFIG));
    requireFailing(configured.get(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG));
    requireOwnConsumer(configured.get(StreamsConfig.GROUP_PROTOCOL_CONFIG));
  }

  /** The two guarantees store pending questions differently; a mixture would keep neither. */
  private void requireGuarantee(Object configured) {
    if (StreamsConfig.EXACTLY_ONCE_V2.equals(configured) != settings.exactlyOnce()) {
      throw new ConfigException(
          "Kafka Streams runs with processing.guarantee=%s, the processor was made for %s; give both the same"
              .formatted(
                  configured == null ? StreamsConfig.AT_LEAST_ONCE : configured,
                  settings.exactlyOnce()
                      ? StreamsConfig.EXACTLY_ONCE_V2
                      : StreamsConfig.AT_LEAST_ONCE));
    }
  }

  /** It names the changelog, which the clients must know, and stands in dead letters. */
  private void requireApplicationId(Object configured) {
    if (!settings.applicationId().equals(configured)) {
      throw new ConfigException(
          "Kafka Streams runs with application.id=%s, the processor was made for %s; give both the"
                  .formatted(configured, settings.applicationId())
              + " same");
    }
  }

  /** With a handler that goes on, a question would be skipped while its registry is away. */
  private static void requireFailing(Object handler) {
    String name = handler instanceof Class<?> type ? type.getName() : String.valueOf(handler);
    if (handler != null && !name.equals(LogAndFailProcessingExceptionHandler.class.getName())) {
      throw new ConfigException(
          "processing.exception.handler=%s may skip a question whose schema registry is away; leave it at %s and catch what your own processors throw in them"
              .formatted(name, LogAndFailProcessingExceptionHandler.class.getName()));
    }
  }

  /** With the protocol of streams groups Kafka Streams 4.4 does not ask its client supplier. */
  private static void requireOwnConsumer(Object protocol) {
    if ("streams".equalsIgnoreCase(String.valueOf(protocol))) {
      throw new ConfigException(
          "group.protocol=streams: Kafka Streams makes its consumer itself then, and partitions of"
              + " which enough is pending cannot be paused; leave it at classic");
    }
  }

  private void advise(Map<String, Object> configured, boolean ownClients) {
    if (ownClients) {
      return;
    }
    LOG.warn(
        "Kafka Streams runs with other clients than the processor's: nothing is lost, but when too"
            + " much is pending the stream thread has to wait, and all its tasks with it; pass the"
            + " clients to new KafkaStreams(topology, settings, clients)");
    long poll = Long.parseLong(String.valueOf(configured.getOrDefault("poll.ms", 100)));
    if (poll > SLOW_POLL_FACTOR * settings.punctuationInterval().toMillis()) {
      LOG.warn(
          "poll.ms={}: finished embeddings may wait so long while nothing arrives; set it to {},"
              + " which is punctuation.interval.ms",
          poll,
          settings.punctuationInterval().toMillis());
    }
  }

  /** A test driver runs processors on the test's own thread, without any client. */
  private static boolean onStreamThread() {
    return Thread.currentThread().getClass().getSimpleName().equals(STREAM_THREAD);
  }
}
