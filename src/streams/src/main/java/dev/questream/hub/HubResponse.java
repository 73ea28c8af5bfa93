package dev.questream.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One answer of one server; closing it closes the connection.
 *
 * @param uri what was asked
 * @param status HTTP's status
 * @param connection the headers and the body
 */
record HubResponse(URI uri, int status, HttpURLConnection connection) implements AutoCloseable {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,15}");
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,15})-.*");

  Optional<String> header(String name) {
    return Optional.ofNullable(connection.getHeaderField(name)).map(String::strip);
  }

  /** A header that is a size; -1 without it. */
  long size(String name) {
    return header(name)
        .filter(text -> NUMBER.matcher(text).matches())
        .map(Long::parseLong)
        .orElse(-1L);
  }

  /** Where a redirect leads, if this is one. */
  Optional<String> location() {
    boolean redirect = status == 301 || status == 302 || status == 303 || status == 307;
    return redirect || status == 308 ? header("Location") : Optional.empty();
  }

  /** The first byte of a part (status 206); -1 if the server does not say. */
  long rangeStart() {
    Matcher range = CONTENT_RANGE.matcher(header("Content-Range").orElse(""));
    return range.matches() ? Long.parseLong(range.group(1)) : -1;
  }

  /** What Retry-After asks for, in seconds or as a date. */
  Optional<Duration> retryAfter() {
    return header("Retry-After").flatMap(HubResponse::duration);
  }

  private static Optional<Duration> duration(String text) {
    if (NUMBER.matcher(text).matches()) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(Instant.now(), then);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  InputStream body() throws IOException {
    return connection.getInputStream();
  }

  @Override
  public void close() {
    connection.disconnect();
  }
}
