package dev.questream.serde;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.avro.Question;
import dev.questream.serde.SerdeConfig.InputFormat;
import dev.questream.serde.fields.Envelope;
import dev.questream.serde.fields.FieldException;
import dev.questream.serde.fields.InputConfig;
import dev.questream.serde.fields.InputConfig.KeyFormat;
import dev.questream.serde.fields.QuestionShaper;
import dev.questream.serde.fields.Shaped;
import dev.questream.serde.registry.ConfluentRegistryClient;
import dev.questream.serde.registry.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Writes questions as records of the questions topic: in our own form, or in that of somebody
 * else's records, which {@code input.*} describes. The latter are read once more before they are
 * given out, so that nothing comes into the topic that says anything else.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class QuestionWriter {
  private static final String SAMPLE = "Can it be written?";
  private static final long LARGEST_IN_JSON = 1L << 53;

  private final InputFormat format;
  private final String topic;
  private final QuestionSerializer own; // null where records are somebody else's
  private final QuestionShaper shaper; // null where they are our own
  private final QuestionDecoder decoder;
  private final Optional<AvroTarget> avro;
  private final KeyWriter keys;

  /**
   * A record to be sent.
   *
   * @param timestampMs null: the time of sending
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Written(byte[] key, byte[] value, Headers headers, Long timestampMs) {}

  /**
   * @param settings {@code input.*} and {@code schema.registry.url}
   * @param topic of questions
   * @throws ConfigException if questions cannot be written as these records; the message says why
   * @throws dev.questream.serde.registry.SchemaRegistryException if the registry is needed and not
   *     reachable
   */
  public QuestionWriter(Map<String, ?> settings, String topic) {
    InputConfig input = SerdeConfig.input(settings);
    this.format = SerdeConfig.inputFormat(settings);
    this.topic = topic;
    this.decoder = new QuestionDecoder(settings);
    if (!input.isForeign()) {
      this.own = new QuestionSerializer();
      own.configure(settings, false);
      this.shaper = null;
      this.avro = Optional.empty();
      this.keys = new KeyWriter(KeyFormat.STRING, Optional.empty());
      return;
    }
    check(settings);
    this.own = null;
    this.shaper = new QuestionShaper(input);
    Optional<SchemaRegistry> registry = ConfluentRegistryClient.configured(settings);
    this.avro = valueSchema(input, registry);
    this.keys = new KeyWriter(input.keyFormat(), keySchema(input, registry));
    if (input.getList(InputConfig.METADATA).equals(List.of("metadata"))) {
      requirePlain();
    }
  }

  /**
   * Finds out what can be known without a registry.
   *
   * @throws ConfigException if questions cannot be written as these records
   */
  public static void check(Map<String, ?> settings) {
    InputConfig input = SerdeConfig.input(settings);
    InputFormat format = SerdeConfig.inputFormat(settings);
    if (!input.isForeign()) {
      return;
    }
    if (input.envelope() == Envelope.CLOUDEVENTS
        && format != InputFormat.JSON
        && format != InputFormat.AUTO) {
      throw refusal("CloudEvents are written in JSON only");
    }
    QuestionShaper shaper = new QuestionShaper(input);
    try {
      shaper.shape(sample(joined("1", shaper.idParts())), "", name -> false);
    } catch (FieldException e) {
      throw refusal(e.getMessage());
    }
  }

  private static ConfigException refusal(String why) {
    return new ConfigException(
        "questions cannot be written as records of your own, which input.* describes: "
            + why
            + "; let your own producer write them");
  }

  private static Question sample(String id) {
    return new Question(id, SAMPLE, Map.of(), System.currentTimeMillis());
  }

  private static String joined(String id, int parts) {
    return String.join("/", Collections.nCopies(parts, id));
  }

  private Optional<AvroTarget> valueSchema(InputConfig input, Optional<SchemaRegistry> registry) {
    if (format == InputFormat.TEXT
        || format == InputFormat.JSON
        || input.envelope() == Envelope.CLOUDEVENTS) {
      return Optional.empty();
    }
    Optional<AvroTarget> found =
        SchemaFiles.read(input.getList(InputConfig.SCHEMA_FILE)).values().stream()
            .reduce((one, next) -> next) // it may use the types of those before it
            .map(AvroTarget::of)
            .or(() -> registry.flatMap(known -> known.latest(topic)).map(AvroTarget::of));
    if (found.isEmpty() && format == InputFormat.AVRO) {
      throw refusal(
          "the topic %s has no Avro schema in a registry, and %s names none"
              .formatted(topic, InputConfig.SCHEMA_FILE));
    }
    return found;
  }

  private Optional<AvroTarget> keySchema(InputConfig input, Optional<SchemaRegistry> registry) {
    KeyFormat written = input.keyFormat();
    if (written != KeyFormat.AVRO && written != KeyFormat.AUTO) {
      return Optional.empty();
    }
    Optional<AvroTarget> found =
        registry.flatMap(known -> known.latestOfKeys(topic)).map(AvroTarget::of);
    if (found.isEmpty() && written == KeyFormat.AVRO) {
      throw refusal("the keys of the topic %s have no schema in a registry".formatted(topic));
    }
    return found;
  }

  /**
   * Makes sure that an id and a text are enough: a schema may want more, which only metadata gives.
   *
   * @throws ConfigException if they are not
   */
  public void requirePlain() {
    try {
      newId();
    } catch (WireException e) {
      throw refusal(e.getMessage());
    }
  }

  /** A new random id: a UUID, or a number where an id must be one. */
  public String newId() {
    String uuid = UUID.randomUUID().toString();
    if (shaper == null) {
      return uuid;
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    WireException refused = null;
    for (String id :
        List.of(
            uuid,
            Long.toString(random.nextLong(1, LARGEST_IN_JSON)),
            Integer.toString(random.nextInt(1, Integer.MAX_VALUE)))) {
      String joined = joined(id, shaper.idParts());
      try {
        write(sample(joined), "");
        return joined;
      } catch (WireException e) {
        refused = e;
      }
    }
    throw refused;
  }

  /**
   * Writes a question.
   *
   * @param question with an id
   * @param title empty if it has none
   * @throws WireException if it cannot be written so that it is read as the same
   */
  public Written write(Question question, String title) {
    if (shaper == null) {
      requireSame("title", title, ""); // our own form has none
      return new Written(
          question.getId().getBytes(StandardCharsets.UTF_8),
          own.serialize(topic, question),
          new RecordHeaders(),
          null);
    }
    Written written;
    try {
      written = foreign(question, title);
    } catch (FieldException e) {
      throw new WireException(e.getMessage(), e);
    } catch (StackOverflowError e) { // a schema that must hold itself
      throw new WireException("the schema is nested too deep", e);
    }
    requireSame(question, title, written);
    return written;
  }

  private Written foreign(Question question, String title) {
    Shaped shaped =
        shaper.shape(question, title, name -> avro.map(target -> target.has(name)).orElse(false));
    byte[] value =
        avro.map(target -> target.write(shaped.value())).orElseGet(() -> text(shaped.value()));
    Headers headers = new RecordHeaders();
    shaped
        .headers()
        .forEach((name, held) -> headers.add(name, held.getBytes(StandardCharsets.UTF_8)));
    return new Written(keys.write(shaped), value, headers, shaped.timestampMs());
  }

  private byte[] text(JsonNode value) {
    if (format != InputFormat.TEXT) {
      return value.toString().getBytes(StandardCharsets.UTF_8);
    }
    JsonNode text = value.isTextual() ? value : value.path("text");
    if (!text.isTextual() || value.size() > 1) {
      throw new WireException("with input.format=text a value is a text and nothing else");
    }
    return text.textValue().getBytes(StandardCharsets.UTF_8);
  }

  private void requireSame(Question question, String title, Written written) {
    long timestampMs = written.timestampMs() == null ? SourceTimestamp.NONE : written.timestampMs();
    Reading reading = decoder.read(written.key(), written.value(), written.headers(), timestampMs);
    if (!(reading instanceof Reading.Asked asked)) {
      throw new WireException("what is written would not be read as a question");
    }
    requireSame("id", question.getId(), asked.id());
    requireSame("text", question.getText(), asked.question().getText());
    requireSame("title", title, asked.title());
    question
        .getMetadata()
        .forEach(
            (name, held) ->
                requireSame("metadata " + name, held, asked.question().getMetadata().get(name)));
    long read = asked.question().getAskedAtMs();
    if (read != 0 && read != question.getAskedAtMs()) {
      throw new WireException("the time of asking would be read as another");
    }
  }

  private static void requireSame(String part, String written, String read) {
    if (!written.equals(read)) {
      throw new WireException(
          "the %s \"%s\" would be read as \"%s\"".formatted(part, written, read));
    }
  }
}
