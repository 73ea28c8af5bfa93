package dev.questream.lab.chaos;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * An interceptor in the application's producer that loses, repeats or delays answers, inside their
 * transaction. It stands for a broken application.
 *
 * <p><b>Threading:</b> the one thread that the producer belongs to.
 */
public final class Saboteur implements ProducerInterceptor<byte[], byte[]> {
  static final String SABOTAGE = "chaos.sabotage";
  static final String TOPIC = "chaos.sabotage.topic";

  /** Where lost answers go; nobody reads it. */
  static final String VOID = "chaos-void";

  private static final int REPEATED = 50;

  private Sabotage sabotage = Sabotage.NONE;
  private String topic = "";
  private ProducerRecord<byte[], byte[]> previous;
  private ProducerRecord<byte[], byte[]> delayed;
  private long count;

  @Override
  public void configure(Map<String, ?> settings) {
    Map<String, Object> known = new HashMap<>(settings);
    sabotage = Sabotage.valueOf(String.valueOf(known.getOrDefault(SABOTAGE, "NONE")));
    topic = String.valueOf(known.getOrDefault(TOPIC, ""));
  }

  @Override
  public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
    if (!record.topic().equals(topic)) {
      return record;
    }
    long turn = count++ % Sabotage.EVERY;
    ProducerRecord<byte[], byte[]> before = previous;
    previous = record;
    return switch (sabotage) {
      case LOSE -> turn == 1 ? inTopic(record, VOID) : record;
      case REPEAT -> turn == REPEATED ? before : record;
      case DELAY -> delay(record, turn);
      case ALL -> turn == REPEATED ? before : delay(record, turn);
      case NONE, SWAP_VECTORS -> record;
    };
  }

  /** One goes to nowhere and comes in the place of one long after it. */
  private ProducerRecord<byte[], byte[]> delay(ProducerRecord<byte[], byte[]> record, long turn) {
    if (turn == 1) {
      delayed = record;
      return inTopic(record, VOID);
    }
    return turn == Sabotage.EVERY - 1 ? delayed : record;
  }

  private static ProducerRecord<byte[], byte[]> inTopic(
      ProducerRecord<byte[], byte[]> record, String other) {
    return new ProducerRecord<>(
        other, null, record.timestamp(), record.key(), record.value(), record.headers());
  }

  @Override
  public void onAcknowledgement(RecordMetadata metadata, Exception failure) {}

  @Override
  public void close() {}
}
