package dev.questream.processor;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInfo;
import dev.questream.testing.ManualEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;

/** A processor of JSON questions, with both stores, which outlive it. */
abstract class UnchangedFixture extends ProcessorFixture {
  static final Map<String, String> INPUT =
      Map.of("input.format", "json", "input.title", "title", "input.metadata", "lang,size");

  final List<String> skipped = new ArrayList<>();
  KeyValueStore<Bytes, byte[]> digests;
  ManualEncoder encoder;
  EmbedProcessor processor;

  @BeforeEach
  void openDigests() {
    digests =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(NODES.digests()), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    digests.init(context.getStateStoreContext(), digests);
    context.addStateStore(digests);
    start(true);
  }

  /** Closes the task; another one takes up what is in the stores. */
  void start(boolean skip) {
    start(skip, INPUT, ManualEncoder.INFO);
  }

  void start(boolean skip, Map<String, String> input, EncoderInfo info) {
    if (processor != null) {
      processor.close();
    }
    encoder = new ManualEncoder(info);
    EmbedSettings settings =
        new EmbedSettings(
            SETTINGS.applicationId(),
            true,
            skip,
            SETTINGS.maxQuestionBytes(),
            SETTINGS.window(),
            SETTINGS.pending(),
            SETTINGS.punctuationInterval(),
            SETTINGS.stallLimit());
    processor =
        processor(
            settings,
            input,
            encoder,
            new EmbedObserver() {
              @Override
              public void skipped(String kind) {
                skipped.add(kind);
              }
            });
  }

  void ask(String id, String text) {
    pipe(3, id, "{\"text\": \"" + text + "\"}");
  }

  void delete(String id) {
    pipe(3, id, null);
  }

  /** A record of a partition; every one of them is later than the last. */
  void pipe(int partition, String id, String value) {
    context.setRecordMetadata("questions", partition, nextOffset++);
    context.setCurrentSystemTimeMs(context.currentSystemTimeMs() + 1);
    processor.process(
        new Record<>(
            id.getBytes(StandardCharsets.UTF_8),
            value == null ? null : value.getBytes(StandardCharsets.UTF_8),
            5L));
  }

  /** Answers everything that is pending: no text that holds "poison". */
  void answer() {
    while (pendingQuestions()) {
      List<CapturedPunctuator> all = context.scheduledPunctuators();
      fire(all.get(all.size() - 1), context.currentSystemTimeMs() + 20); // submits
      List<String> texts = encoder.texts();
      for (int i = 0; i < texts.size(); i++) {
        if (texts.get(i).contains("poison")) {
          encoder.fail(i, new EncoderException(EncoderException.Reason.INFERENCE_FAILED, "poison"));
        } else {
          encoder.complete(i);
        }
      }
      if (pendingQuestions()) {
        fire(all.get(all.size() - 1), context.currentSystemTimeMs() + 40);
      }
    }
  }

  private boolean pendingQuestions() {
    try (var all = store.all()) {
      while (all.hasNext()) {
        if (all.next().key >= 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** What was forwarded: {@code id=text}, {@code id=} for a deletion. */
  List<String> answers() {
    return context.forwarded("out").stream()
        .map(
            forward -> {
              QuestionEmbedding value = (QuestionEmbedding) forward.record().value();
              return new String(forward.record().key(), StandardCharsets.UTF_8)
                  + "="
                  + (value == null ? "" : value.getText());
            })
        .toList();
  }
}
