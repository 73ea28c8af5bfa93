package dev.questream.processor;

import dev.questream.encoder.QuestionEncoder;
import dev.questream.serde.QuestionDecoder;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Turns questions into embeddings, in batches and asynchronously, without losing any.
 *
 * <p>Kafka Streams may call {@link #init} again on the same object after {@link #close}. So all
 * state lives in an {@link EmbedTask}, which lasts from one to the other.
 *
 * <p><b>Threading:</b> the task's stream thread only. The encoder completes futures elsewhere;
 * nothing here runs on its threads.
 */
final class EmbedProcessor implements Processor<byte[], byte[], byte[], Object> {
  private final EmbedSettings settings;
  private final EmbedNodes nodes;
  private final Shared shared;
  private EmbedTask task; // null before init and after close

  /**
   * What all processors of the process share, or those of a thread.
   *
   * @param formats the settings {@code input.*} and {@code output.*}
   */
  record Shared(
      QuestionEncoder encoder,
      QuestionDecoder decoder,
      String formats,
      Delivery delivery,
      PendingBudget pendingBudget,
      IdPartitions idPartitions,
      Intake intake,
      Requirements requirements,
      ThreadLocal<BlockBudget> blockBudgets,
      EmbedObserver observer) {}

  EmbedProcessor(EmbedSettings settings, EmbedNodes nodes, Shared shared) {
    this.settings = settings;
    this.nodes = nodes;
    this.shared = shared;
  }

  /**
   * Submits again what was pending when the task was last closed.
   *
   * @throws org.apache.kafka.common.config.ConfigException if the application could lose a question
   */
  @Override
  public void init(ProcessorContext<byte[], Object> context) {
    shared.requirements().check(context);
    shared.delivery().prepare();
    task = new EmbedTask(settings, nodes, shared, context);
    task.restore();
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    task.process(record);
  }

  @Override
  public void close() {
    if (task != null) {
      task.close();
      task = null;
    }
  }
}
