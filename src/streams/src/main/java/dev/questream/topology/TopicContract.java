package dev.questream.topology;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * What the topics must be like: {@code topology/topics.yaml}.
 *
 * @param questions the topic that is read
 * @param embeddings the topic that is written
 * @param deadLetters the topic of what cannot be embedded
 */
public record TopicContract(
    Topic questions, Topic embeddings, @JsonProperty("dead-letters") Topic deadLetters) {
  private static final String RESOURCE = "/topology/topics.yaml";

  /**
   * One topic.
   *
   * @param partitions number of partitions when it is created
   * @param config topic settings when it is created
   */
  public record Topic(int partitions, Map<String, String> config) {}

  /** Reads the contract that is part of the build. */
  public static TopicContract load() {
    try (InputStream in = TopicContract.class.getResourceAsStream(RESOURCE)) {
      return new YAMLMapper().readValue(in, TopicContract.class);
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE + " cannot be read", e);
    }
  }
}
