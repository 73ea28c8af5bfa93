package dev.questream.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file: an unsigned 64-bit little-endian header length, a JSON header, the data.
 *
 * <p>Checked as the format demands: header within its bound, no name twice, sizes that match shape
 * and type, and ranges that cover the data without hole or overlap.
 */
final class SafetensorsCheckpoint implements Checkpoint {
  private static final int LENGTH_BYTES = 8;
  private static final long MAX_HEADER_BYTES = 100_000_000;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final Map<String, ElementType> TYPES =
      Map.ofEntries(
          Map.entry("F32", ElementType.FLOAT32),
          Map.entry("F16", ElementType.FLOAT16),
          Map.entry("BF16", ElementType.BFLOAT16),
          Map.entry("F64", ElementType.FLOAT64),
          Map.entry("F8_E4M3", ElementType.FLOAT8),
          Map.entry("F8_E5M2", ElementType.FLOAT8),
          Map.entry("I64", ElementType.INT64),
          Map.entry("I32", ElementType.INT32),
          Map.entry("I16", ElementType.INT16),
          Map.entry("I8", ElementType.INT8),
          Map.entry("U64", ElementType.UINT64),
          Map.entry("U32", ElementType.UINT32),
          Map.entry("U16", ElementType.UINT16),
          Map.entry("U8", ElementType.UINT8),
          Map.entry("BOOL", ElementType.BOOL),
          Map.entry("C64", ElementType.COMPLEX64));

  private final Path file;
  private final ByteBuffer data;
  private final Map<String, Entry> entries;

  private record Entry(String name, ElementType type, TensorShape shape, long begin, long end) {}

  private SafetensorsCheckpoint(Path file, ByteBuffer data, Map<String, Entry> entries) {
    this.file = file;
    this.data = data;
    this.entries = entries;
  }

  static SafetensorsCheckpoint open(Path file) {
    ByteBuffer bytes = MappedFile.map(file);
    try {
      JsonNode header = readHeader(bytes);
      ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
      Map<String, Entry> entries = readEntries(header);
      checkCoverage(entries, data.remaining());
      return new SafetensorsCheckpoint(file, data, entries);
    } catch (ModelException e) {
      throw new ModelException(
          "%s is no safetensors file, or damaged: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Reads the header and leaves the buffer's position at the data. */
  private static JsonNode readHeader(ByteBuffer bytes) {
    if (bytes.remaining() < LENGTH_BYTES) {
      throw new ModelException("it has only %d bytes".formatted(bytes.remaining()));
    }
    long length = bytes.getLong();
    if (length < 2 || length > MAX_HEADER_BYTES || length > bytes.remaining()) {
      throw new ModelException(
          "its header claims %s bytes of the %d that follow"
              .formatted(Long.toUnsignedString(length), bytes.remaining()));
    }
    byte[] header = new byte[(int) length];
    bytes.get(header);
    try {
      JsonNode node = JSON.readTree(new String(header, StandardCharsets.UTF_8));
      if (node == null || !node.isObject()) {
        throw new ModelException("its header is no JSON object");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new ModelException("its header is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static Map<String, Entry> readEntries(JsonNode header) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (!field.getKey().equals("__metadata__")) {
        readEntry(field.getKey(), field.getValue(), entries);
      }
    }
    return entries;
  }

  private static void readEntry(String name, JsonNode node, Map<String, Entry> entries) {
    JsonNode offsets = node.path("data_offsets");
    if (!node.path("shape").isArray() || offsets.size() != 2) {
      throw new ModelException("tensor " + name + " has no shape or no data_offsets");
    }
    List<Long> dimensions = new ArrayList<>();
    node.path("shape").forEach(dimension -> dimensions.add(integer(name, dimension)));
    ElementType type = elementType(node.path("dtype").asText());
    Entry entry =
        new Entry(
            name,
            type,
            new TensorShape(dimensions),
            integer(name, offsets.get(0)),
            integer(name, offsets.get(1)));
    entries.put(name, entry);
  }

  private static long integer(String name, JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new ModelException(
          "tensor %s has %s where a whole number belongs".formatted(name, node));
    }
    return node.longValue();
  }

  private static ElementType elementType(String dtype) {
    ElementType type = TYPES.get(dtype);
    if (type == null) {
      throw new ModelException("the element type " + dtype + " is not read");
    }
    return type;
  }

  /** What the format calls a type. */
  static String name(ElementType type) {
    return TYPES.entrySet().stream()
        .filter(entry -> type != ElementType.FLOAT8 && entry.getValue() == type) // one of two
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new ModelException("safetensors files hold no " + type));
  }

  private static void checkCoverage(Map<String, Entry> entries, long dataBytes) {
    List<Entry> ordered = new ArrayList<>(entries.values());
    ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long position = 0;
    for (Entry entry : ordered) {
      if (entry.begin() != position || entry.end() < entry.begin()) {
        throw new ModelException(
            "tensor %s lies at %d to %d, expected to begin at %d"
                .formatted(entry.name(), entry.begin(), entry.end(), position));
      }
      long size = entry.shape().elements();
      if (size > dataBytes || size * entry.type().bytes() != entry.end() - entry.begin()) {
        throw new ModelException(
            "tensor %s of shape %s does not fill its %d bytes"
                .formatted(entry.name(), entry.shape(), entry.end() - entry.begin()));
      }
      position = entry.end();
    }
    if (position != dataBytes) {
      throw new ModelException("tensors end at byte %d of %d".formatted(position, dataBytes));
    }
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public Set<String> names() {
    return entries.keySet();
  }

  @Override
  public TensorShape shape(String name) {
    return find(name).shape();
  }

  @Override
  public Tensor read(String name) {
    Entry entry = find(name);
    int length = (int) (entry.end() - entry.begin());
    return new Tensor(name, entry.type(), entry.shape(), data.slice((int) entry.begin(), length));
  }

  private Entry find(String name) {
    Entry found = entries.get(name);
    if (found == null) {
      throw new ModelException("%s has no tensor %s".formatted(file, name));
    }
    return found;
  }
}
