package dev.questream.it.stream;

import dev.questream.avro.Question;
import dev.questream.serde.QuestionSerializer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Records as the world may send them: sound, damaged, foreign, of any time and around each size.
 */
final class ForeignRecords {
  private static final int LARGE_ONE_IN = 60;
  private static final List<String> PIECES =
      List.of(
          "Who painted Guernica?",
          "\"",
          "\\",
          "\n",
          "\u0000",
          "\u001f",
          "\u00a0",
          "\u200b",
          "\ufeff",
          "é",
          "e\u0301",
          "日本",
          "😀",
          "👩‍👩‍👧",
          "\u202e",
          "a",
          " ",
          "\ufffd",
          "null",
          "{}",
          "<b>");
  private static final List<String> NAMES_OF_OURS =
      List.of(
          "questream.pending.origin",
          "questream.source.timestamp",
          "questream.source.offset",
          "questream.error.reason",
          "questream.error.cut",
          "questream.replay.count",
          "traceparent");

  private final Random random;
  private final String format;
  private final List<Integer> limits;

  /**
   * @param limits sizes in bytes around which records are made
   */
  ForeignRecords(long seed, String format, List<Integer> limits) {
    this.random = new Random(seed);
    this.format = format;
    this.limits = limits;
  }

  /** The next record, for one of so many partitions. */
  ProducerRecord<byte[], byte[]> next(String topic, int partitions) {
    return new AnyTime(topic, random.nextInt(partitions), timestamp(), key(), value(), headers());
  }

  /** Kafka's own producer sends no record without a timestamp; producers of others do. */
  private static final class AnyTime extends ProducerRecord<byte[], byte[]> {
    private final long timestampMs;

    AnyTime(
        String topic, int partition, long timestampMs, byte[] key, byte[] value, List<Header> own) {
      super(topic, partition, null, key, value, own);
      this.timestampMs = timestampMs;
    }

    @Override
    public Long timestamp() {
      return timestampMs;
    }
  }

  private long timestamp() {
    long now = System.currentTimeMillis();
    return switch (random.nextInt(8)) {
      case 0 -> -1;
      case 1 -> 0;
      case 2 -> now / 1000; // seconds
      case 3 -> now * 1000; // microseconds
      case 4 -> now + Duration.ofDays(random.nextInt(1000)).toMillis();
      case 5 -> now - Duration.ofDays(random.nextInt(10_000)).toMillis();
      case 6 -> random.nextLong() >>> 1;
      default -> now;
    };
  }

  private byte[] key() {
    return switch (random.nextInt(8)) {
      case 0 -> null;
      case 1 -> new byte[0];
      case 2 -> ByteBuffer.allocate(Long.BYTES).putLong(random.nextLong()).array();
      case 3 -> bytes(16);
      case 4 -> utf8(text());
      default -> utf8("q" + random.nextInt(1000));
    };
  }

  private byte[] value() {
    return switch (random.nextInt(10)) {
      case 0 -> null;
      case 1 -> bytes(random.nextInt(200));
      case 2 -> mutated(sound());
      case 3 -> Arrays.copyOf(sound(), random.nextInt(40));
      case 4 -> utf8(text());
      default -> sound();
    };
  }

  private byte[] sound() {
    Question question = question();
    return switch (format) {
      case "text" -> utf8(question.getText());
      case "json" -> utf8(json(question));
      default -> avro(question);
    };
  }

  private Question question() {
    Map<String, String> metadata = new HashMap<>();
    while (random.nextInt(3) == 0) {
      metadata.put(text(), text());
    }
    String id = random.nextBoolean() ? "" : text();
    return new Question(id, text(), metadata, random.nextLong());
  }

  private static byte[] avro(Question question) {
    try (QuestionSerializer serializer = new QuestionSerializer()) {
      return serializer.serialize("", question);
    }
  }

  private String json(Question question) {
    StringBuilder json = new StringBuilder("{\"text\":").append(quoted(question.getText()));
    if (random.nextBoolean()) {
      json.append(",\"id\":").append(quoted(question.getId()));
    }
    if (random.nextInt(3) == 0) {
      json.append(",\"asked_at_ms\":").append(question.getAskedAtMs());
    }
    if (random.nextInt(3) == 0) {
      List<String> fields = new ArrayList<>();
      question.getMetadata().forEach((name, held) -> fields.add(quoted(name) + ":" + quoted(held)));
      json.append(",\"metadata\":{").append(String.join(",", fields)).append('}');
    }
    return json.append('}').toString();
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              if (c < ' ' || c == '"' || c == '\\') {
                quoted.append("\\u%04x".formatted(c));
              } else {
                quoted.append((char) c);
              }
            });
    return quoted.append('"').toString();
  }

  private byte[] mutated(byte[] value) {
    byte[] bytes = value.clone();
    for (int i = 0; i < 1 + random.nextInt(4) && bytes.length > 0; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  /** Mostly a few pieces; now and then one piece so often that it comes close to a limit. */
  private String text() {
    if (random.nextInt(LARGE_ONE_IN) == 0) {
      String piece = piece();
      int bytes = limits.get(random.nextInt(limits.size())) + random.nextInt(4001) - 2000;
      int shrunk = random.nextBoolean() ? bytes : bytes / (1 + random.nextInt(6));
      return piece.repeat(Math.max(1, shrunk / utf8(piece).length));
    }
    StringBuilder text = new StringBuilder();
    while (random.nextInt(4) != 0) {
      text.append(piece());
    }
    return text.toString();
  }

  private String piece() {
    return PIECES.get(random.nextInt(PIECES.size()));
  }

  private List<Header> headers() {
    List<Header> headers = new ArrayList<>();
    int count = random.nextInt(500) == 0 ? 2000 : random.nextInt(4);
    for (int i = 0; i < count; i++) {
      String name =
          random.nextInt(3) == 0
              ? NAMES_OF_OURS.get(random.nextInt(NAMES_OF_OURS.size()))
              : piece().repeat(random.nextInt(3));
      headers.add(new RecordHeader(name, random.nextInt(5) == 0 ? null : utf8(text())));
    }
    return headers;
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
