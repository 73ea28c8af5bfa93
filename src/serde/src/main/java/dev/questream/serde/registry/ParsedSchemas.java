package dev.questream.serde.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/** Avro schemas out of a registry's answers, with those that they refer to. */
final class ParsedSchemas {
  private static final int MAX_REFERENCES = 100;

  private final RegistryHttp http;
  private final String name;

  ParsedSchemas(RegistryHttp http, String name) {
    this.http = http;
    this.name = name;
  }

  /** The path of a version of a subject. */
  static String version(String subject, String version) {
    return "/subjects/" + encoded(subject) + "/versions/" + version;
  }

  static String encoded(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8);
  }

  /**
   * The schema of a global id, from Apicurio's own API. References come resolved; what is no JSON
   * is no Avro schema either.
   */
  Schema byGlobalId(long id) {
    if (!http.isApicurio()) {
      throw new UnknownSchemaException(
          "Confluent's API does not know global ids of Apicurio's: set"
              + " apicurio.registry.use-id=contentId in the producer, and"
              + " apicurio.registry.as-confluent=true if the id stands before the value",
          null);
    }
    String asked = "the schema of the global id " + id;
    try {
      return reader()
          .parse(
              http.getFromApicurio(
                      "/ids/globalIds/" + id + "?dereference=true", "asking for " + asked)
                  .toString());
    } catch (SchemaRegistryException e) {
      if (e.status() == 404 || e.getCause() instanceof JsonProcessingException) {
        throw new UnknownSchemaException(
            "the schema registry has no Avro schema of the global id " + id, e);
      }
      throw e;
    } catch (RuntimeException e) { // Avro throws many kinds
      throw new UnknownSchemaException(
          "%s is no Avro schema: %s".formatted(asked, e.getMessage()), e);
    }
  }

  /**
   * The schema in an answer.
   *
   * @param asked what was asked for, for messages
   * @throws UnknownSchemaException if it is no Avro schema
   */
  Schema schema(String asked, JsonNode answer) {
    String schema = answer.path("schema").asText("");
    if (schema.isEmpty() || schema.equals("null")) {
      throw new SchemaRegistryException(
          "%s answered without a schema when asked for %s: %s".formatted(name, asked, answer), 0);
    }
    String type = answer.path("schemaType").asText("AVRO");
    if (!type.equals("AVRO")) {
      throw new UnknownSchemaException(
          "%s of the registry %s is no Avro schema, it is of the type %s%s"
              .formatted(asked, name, type, hint(type)),
          null);
    }
    try {
      Schema.Parser parser = reader();
      parseReferences(answer, parser, new HashSet<>());
      return parser.parse(schema);
    } catch (SchemaRegistryException | UnknownSchemaException e) {
      throw e;
    } catch (RuntimeException e) { // Avro throws many kinds
      throw new UnknownSchemaException(
          "%s of the registry %s is no Avro schema: %s".formatted(asked, name, e.getMessage()), e);
    }
  }

  private static String hint(String type) {
    return switch (type) {
      case "JSON" -> ": set input.format=json";
      case "PROTOBUF" -> ": Protobuf is not read, write Avro or JSON";
      default -> "";
    };
  }

  /** The types that a schema takes from others, depth first; each of them once. */
  private void parseReferences(JsonNode answer, Schema.Parser parser, Set<String> known) {
    for (JsonNode reference : answer.path("references")) {
      String path = version(reference.path("subject").asText(), reference.path("version").asText());
      if (known.add(path)) {
        if (known.size() > MAX_REFERENCES) {
          throw new UnknownSchemaException(
              "the schema refers to more than %d others".formatted(MAX_REFERENCES), null);
        }
        JsonNode held = referred(path);
        parseReferences(held, parser, known);
        parser.parse(held.path("schema").asText());
      }
    }
  }

  private JsonNode referred(String path) {
    try {
      return http.get(path + "?deleted=true", "asking for " + path);
    } catch (SchemaRegistryException e) {
      if (e.status() == 404) {
        throw new UnknownSchemaException(
            "the schema refers to %s, which the schema registry does not know".formatted(path), e);
      }
      throw e;
    }
  }

  /** Records can be read whose schema has names or defaults that only other languages allow. */
  private static Schema.Parser reader() {
    return new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
  }
}
