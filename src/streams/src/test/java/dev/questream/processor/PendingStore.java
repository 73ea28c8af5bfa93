package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.serde.PendingQuestionSerde;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** A pending store in memory, without a changelog. */
final class PendingStore {
  private PendingStore() {}

  static KeyValueStore<Long, PendingQuestion> open() {
    Properties settings = new Properties();
    settings.put("application.id", "app");
    settings.put("bootstrap.servers", "localhost:1");
    KeyValueStore<Long, PendingQuestion> store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore("store"), Serdes.Long(), new PendingQuestionSerde())
            .withLoggingDisabled()
            .build();
    store.init(new MockProcessorContext<>(settings).getStateStoreContext(), store);
    return store;
  }

  static int size(KeyValueStore<Long, PendingQuestion> store) {
    int size = 0;
    try (KeyValueIterator<Long, PendingQuestion> all = store.all()) {
      for (; all.hasNext(); all.next()) {
        size++;
      }
    }
    return size;
  }
}
