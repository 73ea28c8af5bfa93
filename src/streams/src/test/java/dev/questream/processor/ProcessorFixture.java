package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.serde.PendingQuestionSerde;
import dev.questream.serde.QuestionDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;

/** A processor on a mocked context with a store of its own. */
abstract class ProcessorFixture {
  static final EmbedNodes NODES = new EmbedNodes("embed", "store", "digests", "out", "dlq");
  static final EmbedSettings SETTINGS =
      new EmbedSettings(
          "app",
          true,
          false,
          900_000,
          new EmbedSettings.WindowBounds(2, 1_000, Duration.ofMillis(10)),
          new EmbedSettings.PendingBounds(1_000, 100 << 20, Duration.ZERO),
          Duration.ofMillis(5),
          Duration.ofMillis(500));

  final PendingBudget budget = new PendingBudget(SETTINGS.pending().maxBytes());
  final EmbedClients clients = new EmbedClients();
  final Intake intake = clients.intake();
  Delivery delivery = Delivery.toNodes();
  MockProcessorContext<byte[], Object> context = context("exactly_once_v2");
  KeyValueStore<Long, PendingQuestion> store;
  long nextOffset;

  @BeforeEach
  void openStore() {
    context.setCurrentSystemTimeMs(0);
    store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(NODES.store()),
                Serdes.Long(),
                new PendingQuestionSerde())
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    context.addStateStore(store);
  }

  static MockProcessorContext<byte[], Object> context(String guarantee) {
    return new MockProcessorContext<>(settings(guarantee));
  }

  static Properties settings(String guarantee) {
    Properties settings = new Properties();
    settings.put("application.id", "app");
    settings.put("bootstrap.servers", "localhost:1");
    settings.put("processing.guarantee", guarantee);
    return settings;
  }

  EmbedProcessor processor(QuestionEncoder encoder) {
    return processor(encoder, EmbedObserver.NONE);
  }

  EmbedProcessor processor(QuestionEncoder encoder, EmbedObserver observer) {
    return processor(SETTINGS, Map.of("input.format", "text"), encoder, observer);
  }

  EmbedProcessor processor(
      EmbedSettings settings,
      Map<String, String> formats,
      QuestionEncoder encoder,
      EmbedObserver observer) {
    EmbedProcessor processor =
        new EmbedProcessor(
            settings,
            NODES,
            new EmbedProcessor.Shared(
                encoder,
                new QuestionDecoder(formats),
                formats.toString(),
                delivery,
                budget,
                new IdPartitions(),
                intake,
                new Requirements(settings, clients),
                ThreadLocal.withInitial(BlockBudget::new),
                observer));
    processor.init(context);
    return processor;
  }

  void ask(EmbedProcessor processor, String text) {
    context.setRecordMetadata("questions", 3, nextOffset++);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    processor.process(new Record<>(bytes, bytes, 5L));
  }

  List<String> forwardedKeys() {
    return context.forwarded("out").stream()
        .map(forward -> new String(forward.record().key(), StandardCharsets.UTF_8))
        .toList();
  }

  static void fire(CapturedPunctuator punctuator, long now) {
    punctuator.getPunctuator().punctuate(now);
  }
}
