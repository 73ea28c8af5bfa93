package dev.questream.processor;

import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;

/**
 * Keeps the native memory of pending stores small. Kafka Streams allows each store 48 MiB of write
 * buffers and 50 MiB of blocks, which fill over hours; questions stay here for a moment only, so
 * that 4 MiB of buffers per store and 8 MiB of blocks for all of them are enough.
 */
public final class PendingStoreMemory implements RocksDBConfigSetter {
  private static final String STORE = "pending-questions";
  private static final int WRITE_BUFFER_BYTES = 2 << 20;
  private static final int WRITE_BUFFERS = 2;
  private static final int BLOCK_BYTES = 8 << 20;

  /** The settings of Kafka Streams with this bound, unless they have a setter of their own. */
  public static Properties in(Properties settings) {
    Properties bounded = new Properties();
    bounded.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, PendingStoreMemory.class);
    bounded.putAll(settings);
    return bounded;
  }

  @Override
  public void setConfig(String store, Options options, Map<String, Object> configs) {
    if (!store.endsWith(STORE)) {
      return; // somebody else's, in a topology with embedding nodes
    }
    options.setWriteBufferSize(WRITE_BUFFER_BYTES).setMaxWriteBufferNumber(WRITE_BUFFERS);
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(Blocks.SHARED).setCacheIndexAndFilterBlocks(true);
    options.setTableFormatConfig(table);
  }

  @Override
  public void close(String store, Options options) {
    // the blocks are shared by all stores of the process
  }

  /** Made with the first store: RocksDB's library is loaded by then. */
  private static final class Blocks {
    private static final Cache SHARED = new LRUCache(BLOCK_BYTES);
  }
}
