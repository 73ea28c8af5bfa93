package dev.questream.serde;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The headers that a record gets beside its own when it becomes a dead letter, and when it is
 * replayed. All are UTF-8 text; of several with one name the last counts.
 */
public final class DeadLetterHeaders {
  /** What the names of all headers begin with that say what went wrong. */
  public static final String ERROR_PREFIX = "questream.error.";

  /** A stable code. */
  public static final String REASON = ERROR_PREFIX + "reason";

  /** The reason for a person. */
  public static final String MESSAGE = ERROR_PREFIX + "message";

  /** Class of the exception, or empty. */
  public static final String EXCEPTION = ERROR_PREFIX + "exception";

  /** What of the record is missing here, because its topic would not take it all. */
  public static final String CUT = ERROR_PREFIX + "cut";

  /** Topic that the record was read from. */
  public static final String SOURCE_TOPIC = "questream.source.topic";

  /** Partition that the record was read from. */
  public static final String SOURCE_PARTITION = "questream.source.partition";

  /** Offset that the record was read from. */
  public static final String SOURCE_OFFSET = "questream.source.offset";

  /** The application that gave up on the record. */
  public static final String APPLICATION = "questream.application.id";

  /** The model that it ran. */
  public static final String MODEL = "questream.model.id";

  /** How often the record has been replayed, as a decimal number. */
  public static final String REPLAY_COUNT = "questream.replay.count";

  /** The dead letter that the record was replayed from last, as {@code TOPIC-PARTITION@OFFSET}. */
  public static final String REPLAY_FROM = "questream.replay.from";

  private static final List<String> ADDED =
      List.of(
          REASON,
          MESSAGE,
          EXCEPTION,
          CUT,
          SOURCE_TOPIC,
          SOURCE_PARTITION,
          SOURCE_OFFSET,
          SourceTimestamp.HEADER,
          APPLICATION,
          MODEL,
          REPLAY_COUNT,
          REPLAY_FROM);

  private DeadLetterHeaders() {}

  /** The last header of a name as text; empty if there is none. */
  public static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** A new, modifiable copy without any header of these names: the record's own headers. */
  public static Headers withoutAdded(Headers headers) {
    Headers own = new RecordHeaders();
    for (Header header : headers) {
      if (!ADDED.contains(header.key())) {
        own.add(header);
      }
    }
    return own;
  }
}
