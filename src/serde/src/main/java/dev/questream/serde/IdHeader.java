package dev.questream.serde;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;

/**
 * The id of a record whose key is another: in a header, because a deletion has nothing else to say
 * it by.
 */
public final class IdHeader {
  /** Its name; the value is UTF-8. */
  public static final String NAME = "questream.id";

  private IdHeader() {}

  /** Sets the header, or takes it away where the key is the id. */
  public static void set(Headers headers, byte[] key, String id) {
    headers.remove(NAME);
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    if (!Arrays.equals(key, bytes)) {
      headers.add(NAME, bytes);
    }
  }

  /** The id: what the header says, else the key in UTF-8, else nothing. */
  public static String id(byte[] key, Headers headers) {
    String named = DeadLetterHeaders.text(headers, NAME);
    return named.isEmpty() && key != null ? new String(key, StandardCharsets.UTF_8) : named;
  }
}
