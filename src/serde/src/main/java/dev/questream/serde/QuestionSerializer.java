package dev.questream.serde;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.avro.Question;
import dev.questream.serde.SerdeConfig.InputFormat;
import dev.questream.serde.registry.ConfluentRegistryClient;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes questions for the questions topic, in the format that {@code input.format} names (Avro by
 * default, and with {@code auto}; with {@code schema.registry.url} in Confluent's framing).
 */
public final class QuestionSerializer implements Serializer<Question> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private InputFormat format = InputFormat.AVRO;
  private AvroWire<Question> avro = new AvroWire<>(Question.class, Optional.empty());

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    format = SerdeConfig.inputFormat(configs);
    if (!isKey && SerdeConfig.input(configs).isForeign()) {
      throw new ConfigException(
          "the questions topic has records of your own, which input.* describes: let your own"
              + " producer write them");
    }
    avro = new AvroWire<>(Question.class, ConfluentRegistryClient.configured(configs));
  }

  @Override
  public byte[] serialize(String topic, Question question) {
    if (question == null) {
      return null;
    }
    Utf8.require(question.getId(), "the id");
    Utf8.require(question.getText(), "the text");
    question
        .getMetadata()
        .forEach(
            (name, value) -> {
              Utf8.require(name, "a name in \"metadata\"");
              Utf8.require(value, "a value in \"metadata\"");
            });
    return switch (format) {
      case AVRO, AUTO -> avro.encode(topic, question);
      case JSON -> json(question).toString().getBytes(StandardCharsets.UTF_8);
      case TEXT -> question.getText().getBytes(StandardCharsets.UTF_8);
    };
  }

  private static ObjectNode json(Question question) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", question.getId()).put("text", question.getText());
    question.getMetadata().forEach(node.putObject("metadata")::put);
    return node.put("asked_at_ms", question.getAskedAtMs());
  }
}
