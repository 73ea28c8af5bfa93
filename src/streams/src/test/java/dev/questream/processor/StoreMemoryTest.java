package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

class StoreMemoryTest {
  private static final String SETTER = StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG;

  private Options options;

  @BeforeAll
  static void loadRocksDb() {
    RocksDB.loadLibrary();
  }

  @BeforeEach
  void openOptions() {
    options = new Options().setTableFormatConfig(new BlockBasedTableConfig());
  }

  @AfterEach
  void closeOptions() {
    options.close();
  }

  @Test
  void shouldBoundPendingStores() {
    new StoreMemory().setConfig("similar-pending-questions", options, Map.of());
    assertThat(options.writeBufferSize() * options.maxWriteBufferNumber()).isEqualTo(4 << 20);
    assertThat(((BlockBasedTableConfig) options.tableFormatConfig()).cacheIndexAndFilterBlocks())
        .isTrue();
  }

  @Test
  void shouldBoundStoresOfDigests() {
    new StoreMemory().setConfig("question-digests", options, Map.of());
    assertThat(options.writeBufferSize() * options.maxWriteBufferNumber()).isEqualTo(8 << 20);
    assertThat(((BlockBasedTableConfig) options.tableFormatConfig()).cacheIndexAndFilterBlocks())
        .isTrue();
  }

  @Test
  void shouldLeaveOtherStoresAsTheyAre() {
    long before = options.writeBufferSize();
    new StoreMemory().setConfig("customers", options, Map.of());
    assertThat(options.writeBufferSize()).isEqualTo(before);
  }

  @Test
  void shouldLeaveTheUsersOwnSetter() {
    Properties settings = new Properties();
    assertThat(StoreMemory.in(settings)).containsEntry(SETTER, StoreMemory.class);
    settings.put(SETTER, "com.example.Setter");
    assertThat(StoreMemory.in(settings)).containsEntry(SETTER, "com.example.Setter");
  }
}
