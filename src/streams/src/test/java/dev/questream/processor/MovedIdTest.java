package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.testing.ManualEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

class MovedIdTest extends ProcessorFixture {
  private final AtomicInteger moved = new AtomicInteger();

  private void askIn(EmbedProcessor processor, int partition, long offset) {
    context.setRecordMetadata("questions", partition, offset);
    byte[] key = "id".getBytes(StandardCharsets.UTF_8);
    processor.process(new Record<>(key, key, 5L));
  }

  @Test
  void shouldTellOfAnIdThatComesFromAnotherPartition() {
    EmbedProcessor embed =
        processor(
            new ManualEncoder(),
            new EmbedObserver() {
              @Override
              public void idMoved() {
                moved.incrementAndGet();
              }
            });
    askIn(embed, 3, 1);
    askIn(embed, 3, 2);
    assertThat(moved).hasValue(0);
    askIn(embed, 4, 1);
    assertThat(moved).hasValue(1);
  }
}
