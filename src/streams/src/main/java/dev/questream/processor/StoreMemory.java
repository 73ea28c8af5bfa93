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
 * Keeps the native memory of our stores small. Kafka Streams allows each store 48 MiB of write
 * buffers and 50 MiB of blocks, which fill over hours.
 *
 * <p>Pending questions stay for a moment only: 4 MiB of buffers per store and 8 MiB of blocks for
 * all of them are enough. Digests stay for ever, and each is looked up when its id comes: 8 MiB per
 * store and 32 MiB for all, which hold the filters and indexes of about 15 million ids.
 */
public final class StoreMemory implements RocksDBConfigSetter {
  private static final String PENDING = "pending-questions";
  private static final String DIGESTS = "question-digests";
  private static final int WRITE_BUFFERS = 2;

  /** The settings of Kafka Streams with this bound, unless they have a setter of their own. */
  public static Properties in(Properties settings) {
    Properties bounded = new Properties();
    bounded.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StoreMemory.class);
    bounded.putAll(settings);
    return bounded;
  }

  @Override
  public void setConfig(String store, Options options, Map<String, Object> configs) {
    if (store.endsWith(PENDING)) {
      bound(options, 2 << 20, Blocks.OF_PENDING);
    } else if (store.endsWith(DIGESTS)) {
      bound(options, 4 << 20, Blocks.OF_DIGESTS);
    } // else somebody else's, in a topology with embedding nodes
  }

  private static void bound(Options options, int writeBufferBytes, Cache blocks) {
    options.setWriteBufferSize(writeBufferBytes).setMaxWriteBufferNumber(WRITE_BUFFERS);
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(blocks).setCacheIndexAndFilterBlocks(true);
    options.setTableFormatConfig(table);
  }

  @Override
  public void close(String store, Options options) {
    // the blocks are shared by all stores of the process
  }

  /** Made with the first store: RocksDB's library is loaded by then. */
  private static final class Blocks {
    private static final Cache OF_PENDING = new LRUCache(8 << 20);
    private static final Cache OF_DIGESTS = new LRUCache(32 << 20);
  }
}
