package dev.questream.app.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.serde.Utf8;
import dev.questream.serde.WireException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads texts one by one; a line that is damaged is one unreadable input, not the end. */
public final class InputReader implements AutoCloseable {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final InputFormat format;
  private final EncoderRole role;
  private final TabSeparated rows;
  private final String idPrefix;
  private boolean guessed;
  private long number;

  /**
   * @param source plain or gzipped; closed with this reader
   * @param role whether questions or passages are read
   */
  public InputReader(InputStream source, InputFormat format, EncoderRole role) throws IOException {
    this(source, format, role, "");
  }

  /**
   * The same.
   *
   * @param idPrefix put before a number that stands for an id
   */
  public InputReader(InputStream source, InputFormat format, EncoderRole role, String idPrefix)
      throws IOException {
    this.idPrefix = idPrefix;
    this.in = new BufferedInputStream(PlainInput.unpacked(source), BUFFER_BYTES);
    PlainInput.beginText(in);
    this.format = format;
    this.role = role;
    this.rows = format == InputFormat.DPR ? new TabSeparated(strictReader()) : null;
    if (rows != null && role == EncoderRole.PASSAGE) {
      skipHeader();
    }
  }

  /**
   * The same for a format that nobody named.
   *
   * @throws IOException from {@link #next}, if what was taken for text is clearly JSON lines
   */
  public static InputReader guessed(
      InputStream source, InputFormat format, EncoderRole role, String idPrefix)
      throws IOException {
    InputReader reader = new InputReader(source, format, role, idPrefix);
    reader.guessed = true;
    return reader;
  }

  private BufferedReader strictReader() {
    return new BufferedReader(
        new InputStreamReader(
            in,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  private void skipHeader() throws IOException {
    List<String> header = rows.next();
    if (header == null || !header.equals(List.of("id", "text", "title"))) {
      throw new IOException(
          "the first line of a passage file must be id, text, title; it is " + header);
    }
  }

  /** The next input, or null at the end. */
  public InputItem next() throws IOException {
    if (rows != null) {
      List<String> row = rows.next();
      number++;
      return row == null ? null : role == EncoderRole.PASSAGE ? passage(row) : question(row);
    }
    byte[] line = nextLine();
    if (line == null) {
      return null;
    }
    number++;
    try {
      String text = Utf8.decodeText(line, "line " + number);
      if (format == InputFormat.JSONL && !text.isBlank()) {
        return json(text);
      }
      if (guessed && number == 1 && isJsonLine(text)) {
        throw new IOException(
            "its lines look like JSON: name --input-format jsonl, or text if they are texts");
      }
      return text(numberedId(), text);
    } catch (WireException e) {
      return new InputItem.Unreadable(numberedId(), e.getMessage());
    }
  }

  private byte[] nextLine() throws IOException {
    int c = in.read();
    if (c < 0) {
      return null;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (; c >= 0 && c != '\n'; c = in.read()) {
      line.write(c);
    }
    byte[] bytes = line.toByteArray();
    boolean carriageReturn = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
    return carriageReturn ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
  }

  private String numberedId() {
    return idPrefix + number;
  }

  private static InputItem text(String id, String text) {
    return new InputItem.Text(id, EncoderInput.question(text));
  }

  private static boolean isJsonLine(String line) {
    try {
      return JSON.readTree(line) instanceof ObjectNode object && object.has("text");
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private InputItem json(String line) {
    JsonNode json;
    try {
      json = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new WireException(
          "line %d is no JSON: %s".formatted(number, e.getOriginalMessage()), e);
    }
    if (json == null || !json.path("text").isTextual()) {
      throw new WireException(
          "line %d has no string \"text\"; lines are {\"id\", \"text\", \"metadata\"}"
              .formatted(number));
    }
    boolean named = json.path("id").isValueNode() && !json.path("id").isNull();
    String id = named ? json.path("id").asText() : numberedId();
    String title = role == EncoderRole.PASSAGE ? json.path("title").asText("") : "";
    return new InputItem.Text(
        id, new EncoderInput(title, json.path("text").asText()), metadata(json.path("metadata")));
  }

  private static Map<String, String> metadata(JsonNode json) {
    Map<String, String> metadata = new TreeMap<>();
    json.properties()
        .forEach(
            field -> {
              JsonNode value = field.getValue();
              metadata.put(field.getKey(), value.isTextual() ? value.asText() : value.toString());
            });
    return metadata;
  }

  private InputItem question(List<String> row) {
    return text(numberedId(), row.get(0));
  }

  private InputItem passage(List<String> row) {
    return row.size() == 3
        ? new InputItem.Text(row.get(0), EncoderInput.passage(row.get(2), row.get(1)))
        : new InputItem.Unreadable(
            numberedId(), "passage %d has %d columns, not 3".formatted(number, row.size()));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
