package dev.questream.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the small JSON files beside a model's weights. */
public final class ModelJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ModelJson() {}

  /**
   * Reads a JSON file.
   *
   * @throws ModelException if it cannot be read or is no JSON
   */
  public static JsonNode read(Path file) {
    try {
      return parse(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  public static JsonNode parse(byte[] content, String name) {
    try {
      JsonNode json = JSON.readTree(content);
      if (json == null || !json.isContainerNode()) {
        throw new ModelException(name + " holds neither a JSON object nor an array");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new ModelException("%s is no JSON: %s".formatted(name, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new ModelException("%s cannot be read: %s".formatted(name, e), e);
    }
  }
}
