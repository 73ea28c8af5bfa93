package dev.questream.processor;

import dev.questream.serde.SerdeConfig.OutputKey;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;

/** Answers as they are: what they must be like is for those to say who write them. */
final class NodeDelivery extends Delivery {

  @Override
  OutputKey key() {
    return OutputKey.ID;
  }

  @Override
  void prepare() {}

  @Override
  String target() {
    return "";
  }

  @Override
  long pendingLimit() {
    return Long.MAX_VALUE;
  }

  @Override
  Record<byte[], Object> embedding(Record<byte[], Object> answer, long nowMs) {
    return answer;
  }

  @Override
  Record<byte[], Object> deadLetter(Record<byte[], byte[]> died, Headers reasons, long nowMs) {
    return with(reasons, died.withValue(died.value()));
  }
}
