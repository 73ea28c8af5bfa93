package com.example.helpdesk;

import dev.questream.avro.QuestionEmbedding;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Compares each question with the last new one of its product, by cosine. The last one lives in a
 * store of our own, which commits in the same transaction as the embeddings.
 */
final class NearDuplicates
    implements ProcessorSupplier<String, QuestionEmbedding, String, Verdict> {
  static final String STORE = "latest-questions";
  static final double SAME = 0.97;

  private final Serde<QuestionEmbedding> serde;

  NearDuplicates(Serde<QuestionEmbedding> serde) {
    this.serde = serde;
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.String(), serde));
  }

  @Override
  public Processor<String, QuestionEmbedding, String, Verdict> get() {
    return new ContextualProcessor<>() {
      private KeyValueStore<String, QuestionEmbedding> latest;

      @Override
      public void init(ProcessorContext<String, Verdict> context) {
        super.init(context);
        latest = context.getStateStore(STORE);
      }

      @Override
      public void process(Record<String, QuestionEmbedding> record) {
        QuestionEmbedding question = record.value();
        String product = question.getMetadata().get("product");
        QuestionEmbedding last = latest.get(product);
        boolean repeated =
            last != null && cosine(last.getEmbedding(), question.getEmbedding()) >= SAME;
        if (!repeated) {
          latest.put(product, question);
        }
        context().forward(record.withValue(new Verdict(question, repeated ? last.getId() : null)));
      }
    };
  }

  static double cosine(List<Float> a, List<Float> b) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.size(); i++) {
      product += (double) a.get(i) * b.get(i);
      squareA += (double) a.get(i) * a.get(i);
      squareB += (double) b.get(i) * b.get(i);
    }
    return product / Math.sqrt(squareA * squareB);
  }
}
