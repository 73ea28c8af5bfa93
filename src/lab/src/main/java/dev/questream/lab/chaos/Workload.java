package dev.questream.lab.chaos;

import dev.questream.avro.Question;
import dev.questream.lab.chaos.guarantee.Expected;
import dev.questream.serde.QuestionSerializer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/**
 * The stream of records that a run produces. Each is a function of seed and number, so nothing has
 * to be kept to know what must come of it.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class Workload implements Expected.Workload {
  /** The header that carries a record's number to its answer. */
  static final String NUMBER = "chaos-number";

  private static final double TOMBSTONES = 0.03;
  private static final double REPEATS = 0.1;
  private static final double POPULAR = 0.15;
  private static final double ODD = 0.01;
  private static final int TOMBSTONE_REACH = 300;
  private static final int POPULAR_TEXTS = 200;
  private static final int RECORDS_PER_MS = 16; // keeps timestamps near the present
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final long seed;
  private final double intensity;
  private final boolean marked;
  private final int partitions;
  private final long startMs;
  private final boolean skips;
  private final Repeats repeats = new Repeats(this);

  /** What a record is. */
  enum Kind {
    PLAIN,
    POPULAR,
    REPEAT,
    TOMBSTONE,
    UNREADABLE,
    EMPTY,
    TOO_LARGE,
    ANSWER_TOO_LARGE,
    MARKED;

    boolean mayHaveAnEmbedding() {
      return this == PLAIN || this == POPULAR;
    }
  }

  /**
   * @param intensity multiplies the rates of records that make trouble
   * @param marked whether the encoder understands marks
   * @param partitions of the questions topic
   * @param startMs time of the first record, in milliseconds since 1970
   * @param skips whether the application skips what changes nothing
   */
  Workload(
      long seed, double intensity, boolean marked, int partitions, long startMs, boolean skips) {
    this.seed = seed;
    this.intensity = intensity;
    this.marked = marked;
    this.partitions = partitions;
    this.startMs = startMs;
    this.skips = skips;
  }

  /** How many of a million records carry a mark. */
  private static int perMillion(Mark mark) {
    return switch (mark) {
      case FAIL -> 200;
      case THROW_ONCE -> 500;
      case HANG -> 30;
      case LATE -> 200;
      case OOM -> 500;
    };
  }

  private static final double UNREADABLE = 300e-6;
  private static final double EMPTY = 300e-6;
  private static final double LARGE = 15e-6; // a megabyte each
  private static final int TOO_LARGE_CHARS = 920_000; // more than question.max.bytes
  private static final int LARGE_ID_CHARS = 540_000; // twice in an answer, once in a question

  private SplittableRandom random(int number) {
    return new SplittableRandom(StandInVectors.mix(seed + number * GOLDEN));
  }

  Kind kind(int number) {
    double roll = random(number).nextDouble();
    double[] shares = {
      TOMBSTONES,
      POPULAR,
      REPEATS,
      UNREADABLE * intensity,
      EMPTY * intensity,
      LARGE * intensity,
      LARGE * intensity,
      marked()
    };
    Kind[] kinds = {
      Kind.TOMBSTONE,
      Kind.POPULAR,
      Kind.REPEAT,
      Kind.UNREADABLE,
      Kind.EMPTY,
      Kind.TOO_LARGE,
      Kind.ANSWER_TOO_LARGE,
      Kind.MARKED
    };
    for (int i = 0; i < kinds.length; i++) {
      if (roll < shares[i]) {
        return kinds[i];
      }
      roll -= shares[i];
    }
    return Kind.PLAIN;
  }

  private double marked() {
    int sum = 0;
    for (Mark mark : Mark.values()) {
      sum += perMillion(mark);
    }
    return marked ? sum * 1e-6 * intensity : 0;
  }

  /** The mark of a record, if it is one of a text that the encoder has trouble with. */
  Optional<Mark> mark(int number) {
    if (kind(number) != Kind.MARKED) {
      return Optional.empty();
    }
    double roll = second(number).nextDouble() * marked() / intensity * 1e6;
    for (Mark mark : Mark.values()) {
      if (roll < perMillion(mark)) {
        return Optional.of(mark);
      }
      roll -= perMillion(mark);
    }
    return Optional.of(Mark.OOM);
  }

  /** A generator that is independent of the one that chose the kind. */
  SplittableRandom second(int number) {
    return random(number).split();
  }

  @Override
  public Expected expected(int number) {
    return switch (kind(number)) {
      case TOMBSTONE -> tombstone(number);
      case UNREADABLE ->
          new Expected.DeadLetter("unreadable", key(number), garbage(number), timestampMs(number));
      case TOO_LARGE -> deadLetter("too-large", number, "x".repeat(TOO_LARGE_CHARS));
      case ANSWER_TOO_LARGE ->
          new Expected.DeadLetter(
              "too-large",
              null,
              value("i".repeat(LARGE_ID_CHARS), text(number), Map.of(), 0),
              timestampMs(number));
      case EMPTY -> deadLetter("empty-text", number, " ");
      case MARKED ->
          mark(number).orElseThrow() == Mark.FAIL
              ? deadLetter("inference-failed", number, text(number))
              : embedding(number);
      case PLAIN, POPULAR -> embedding(number);
      case REPEAT ->
          skips && repeats.changesNothing(number)
              ? new Expected.Unchanged(embedding(number))
              : embedding(number);
    };
  }

  @Override
  public int origin(int number) {
    return kind(number) == Kind.TOMBSTONE ? target(number) : repeats.origin(number);
  }

  /** The question that a tombstone deletes; itself if that has no embedding. */
  int target(int number) {
    if (number > 0) {
      int target = number - 1 - second(number).nextInt(Math.min(number, TOMBSTONE_REACH));
      if (kind(target).mayHaveAnEmbedding()) {
        return target;
      }
    }
    return number;
  }

  private Expected tombstone(int number) {
    int target = target(number);
    return target == number ? embedding(number) : new Expected.Tombstone(id(target), target);
  }

  private Expected.Embedding embedding(int number) {
    return new Expected.Embedding(
        id(number),
        text(number),
        metadata(repeats.origin(number)),
        atMs(number),
        timestampMs(number));
  }

  private Expected.DeadLetter deadLetter(String reason, int number, String text) {
    byte[] value = value(id(number), text, metadata(number), atMs(number));
    return new Expected.DeadLetter(reason, key(number), value, timestampMs(number));
  }

  private String id(int number) {
    return "q" + repeats.origin(number);
  }

  private static Map<String, String> metadata(int number) {
    return Map.of("number", Integer.toString(number));
  }

  private long atMs(int number) {
    return startMs + number / RECORDS_PER_MS;
  }

  private String text(int number) {
    int version = repeats.version(number);
    String first = firstText(repeats.origin(number));
    return version == 0 ? first : first + " for the " + version + ". time";
  }

  private String firstText(int number) {
    SplittableRandom random = second(number);
    if (kind(number) == Kind.POPULAR) {
      double skewed = Math.pow(random.nextDouble(), 3); // few are asked often, many seldom
      return "Which question is asked often ? number " + (int) (POPULAR_TEXTS * skewed);
    }
    String words = Long.toString(random.nextLong() >>> 20, 36);
    String plain = "What is the answer to question %d of %s ?".formatted(number, words);
    return mark(number).map(mark -> plain + " " + mark.word()).orElse(plain);
  }

  private byte[] garbage(int number) {
    byte[] bytes = new byte[24];
    second(number).nextBytes(bytes);
    bytes[0] = (byte) 0xff; // neither of the framings that the application reads
    return bytes;
  }

  private byte[] key(int number) {
    return oddity(number).key(id(number));
  }

  /**
   * That of the id, where the key is another: the embeddings of a partition go to one partition, or
   * nobody could see their order.
   */
  private Integer partition(int number) {
    return oddity(number) == Oddity.KEY
        ? Utils.toPositive(Utils.murmur2(bytes(id(number)))) % partitions
        : null;
  }

  private long timestampMs(int number) {
    return oddity(number).timestampMs(number, atMs(number));
  }

  private Oddity oddity(int number) {
    double roll = second(number).split().nextDouble() / (ODD * intensity);
    return roll >= 1 ? Oddity.NONE : Oddity.of(roll);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] value(String id, String text, Map<String, String> metadata, long atMs) {
    try (QuestionSerializer serializer = new QuestionSerializer()) {
      return serializer.serialize("", new Question(id, text, metadata, atMs));
    }
  }

  /** The n-th record of the stream. */
  ProducerRecord<byte[], byte[]> record(String topic, int number) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(NUMBER, bytes(Integer.toString(number)));
    oddity(number).addTo(headers);
    Expected expected = expected(number);
    long timestampMs = timestampMs(number);
    if (expected instanceof Expected.Unchanged unchanged) {
      expected = unchanged.question();
    }
    if (expected instanceof Expected.Embedding e) {
      byte[] value = value(e.id(), e.text(), e.metadata(), e.askedAtMs());
      return new AnyTimeRecord(topic, partition(number), timestampMs, key(number), value, headers);
    }
    if (expected instanceof Expected.DeadLetter d) {
      return new AnyTimeRecord(topic, null, timestampMs, d.key(), d.value(), headers);
    }
    Expected.Tombstone tombstone = (Expected.Tombstone) expected;
    return new AnyTimeRecord(topic, null, timestampMs, bytes(tombstone.id()), null, headers);
  }
}
