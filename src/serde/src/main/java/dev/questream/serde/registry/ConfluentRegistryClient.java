package dev.questream.serde.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;

/**
 * A client of the Confluent Schema Registry REST API, which Apicurio (ccompat), Karapace and
 * Redpanda speak too.
 *
 * <p>Answers are kept: an id never changes its schema. <b>Threading:</b> safe for any thread; one
 * thread at a time asks for what is not known yet.
 */
public final class ConfluentRegistryClient implements SchemaRegistry {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_REFERENCES = 100;
  private static final String SUBJECT_NOT_FOUND = "40401";
  private static final String SCHEMA_NOT_FOUND = "40403";

  private final RegistryHttp http;
  private final String name;
  private final boolean register;
  private final SubjectNames subjects;
  private final AskedOnce<TopicSchema, Integer> ids;
  private final AskedOnce<Integer, Schema> schemas;
  private final AskedOnce<Long, Schema> globalIds;
  private final AskedOnce<UUID, Schema> global;

  private record TopicSchema(String topic, Schema schema) {}

  /** A client of the registry that the settings name; empty if they name none. */
  public static Optional<SchemaRegistry> configured(Map<String, ?> settings) {
    RegistryConfig config = new RegistryConfig(settings);
    return config.urls().isEmpty()
        ? Optional.empty()
        : Optional.of(new ConfluentRegistryClient(config));
  }

  /**
   * @param settings those of {@link RegistryConfig}, among any others
   * @throws ConfigException if one is invalid, or no registry is named
   */
  public ConfluentRegistryClient(Map<String, ?> settings) {
    this(new RegistryConfig(settings));
  }

  ConfluentRegistryClient(RegistryConfig config) {
    if (config.urls().isEmpty()) {
      throw new ConfigException(RegistryConfig.URL, "", "must name a registry");
    }
    this.http = new RegistryHttp(config);
    this.name = config.urls().toString().replaceAll("^\\[|]$", "");
    this.register = config.getBoolean(RegistryConfig.AUTO_REGISTER);
    this.subjects = config.subjectNames();
    int limit = config.getInt(RegistryConfig.MAX_SCHEMAS);
    this.ids = new AskedOnce<>(limit, this::requestId);
    this.schemas = new AskedOnce<>(limit, this::requestSchema);
    this.globalIds = new AskedOnce<>(limit, this::requestByGlobalId);
    this.global = new AskedOnce<>(limit, this::requestGlobalSchema);
  }

  @Override
  public int idFor(String topic, Schema schema) {
    return ids.get(new TopicSchema(topic, schema));
  }

  private int requestId(TopicSchema wanted) {
    Schema schema = wanted.schema();
    String subject = subjects.subject(wanted.topic(), schema);
    String path = "/subjects/" + encoded(subject);
    String body =
        JSON.createObjectNode()
            .put("schema", schema.toString())
            .put("schemaType", "AVRO")
            .toString();
    JsonNode answer =
        register ? register(subject, schema, path, body) : lookUp(subject, schema, path, body);
    if (!answer.path("id").isInt()) {
      throw new SchemaRegistryException(
          "%s answered without an id when asked for the schema of %s: %s"
              .formatted(name, subject, answer),
          0);
    }
    return answer.path("id").intValue();
  }

  private JsonNode register(String subject, Schema schema, String path, String body) {
    try {
      return http.post(path + "/versions", body, "registering " + subject);
    } catch (SchemaRegistryException e) {
      if (e.status() == 409) {
        throw incompatible(subject, schema, e);
      }
      throw e;
    }
  }

  private static SchemaRegistryException incompatible(
      String subject, Schema schema, SchemaRegistryException refused) {
    return new SchemaRegistryException(
        ("the subject %s holds a schema that %s is not compatible with, by the subject's compatibility"
                + " rule; look at /subjects/%s/versions/latest, then free the subject of other records,"
                + " relax its rule, or take another subject (another topic, or %s): %s")
            .formatted(
                subject,
                schema.getFullName(),
                subject,
                RegistryConfig.SUBJECT_NAMES,
                refused.getMessage()),
        refused.status());
  }

  /**
   * Some registries compare texts, Apicurio for one, so that a schema that was registered with
   * other white space is another; those compare schemas when they are asked to normalize.
   */
  private JsonNode lookUp(String subject, Schema schema, String path, String body) {
    String doing = "looking the schema of " + subject + " up";
    try {
      return http.post(path, body, doing);
    } catch (SchemaRegistryException e) {
      if (!isNotThere(e)) {
        throw e;
      }
    }
    try {
      return http.post(path + "?normalize=true", body, doing);
    } catch (SchemaRegistryException e) {
      throw isNotThere(e) ? notRegistered(subject, schema, e) : e;
    }
  }

  private static boolean isNotThere(SchemaRegistryException refused) {
    return says(refused, SCHEMA_NOT_FOUND) || says(refused, SUBJECT_NOT_FOUND);
  }

  private static SchemaRegistryException notRegistered(
      String subject, Schema schema, SchemaRegistryException refused) {
    return new SchemaRegistryException(
        "the subject %s does not hold this version of %s: register schemas/%s.avsc under it, or set %s=true: %s"
            .formatted(
                subject,
                schema.getFullName(),
                schema.getName(),
                RegistryConfig.AUTO_REGISTER,
                refused.getMessage()),
        refused.status());
  }

  /** Only a strategy that names the subject by the topic alone says where to look. */
  @Override
  public Optional<Schema> latest(String topic) {
    if (subjects != SubjectNames.TOPIC) {
      return Optional.empty();
    }
    String asked = "the latest schema of " + topic;
    try {
      JsonNode answer =
          http.get(version(subjects.subject(topic, null), "latest"), "asking for " + asked);
      return Optional.of(schema(asked, answer));
    } catch (UnknownSchemaException e) {
      return Optional.empty();
    } catch (SchemaRegistryException e) {
      if (e.status() / 100 == 4) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String version(String subject, String version) {
    return "/subjects/" + encoded(subject) + "/versions/" + version;
  }

  private static String encoded(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8);
  }

  @Override
  public Schema byId(int id) {
    return schemas.get(id);
  }

  @Override
  public Schema byGuid(UUID guid) {
    return global.get(guid);
  }

  @Override
  public Schema byGlobalId(long id) {
    return globalIds.get(id);
  }

  /** References come resolved; what is no JSON is no Avro schema either. */
  private Schema requestByGlobalId(long id) {
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

  private Schema requestSchema(int id) {
    try {
      return schema("schema " + id, http.get("/schemas/ids/" + id, "asking for schema " + id));
    } catch (SchemaRegistryException e) {
      if (blamesId(e)) {
        throw new UnknownSchemaException("the schema registry knows no schema " + id, e);
      }
      throw e;
    }
  }

  /** Older registries have no such path: a 404 says nothing about the way to the registry. */
  private Schema requestGlobalSchema(UUID guid) {
    String asked = "schema " + guid;
    try {
      return schema(asked, http.get("/schemas/guids/" + guid, "asking for " + asked));
    } catch (SchemaRegistryException e) {
      if (blamesId(e) || e.status() == 404) {
        throw new UnknownSchemaException(
            "the schema registry knows no %s, or no such GUIDs: set value.schema.id.serializer to"
                    .formatted(asked)
                + " Confluent's PrefixSchemaIdSerializer in the producer",
            e);
      }
      throw e;
    }
  }

  private Schema schema(String asked, JsonNode answer) {
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

  /**
   * Whether it is the id that is wrong and not the way to the registry. A registry says "schema not
   * found" with its own code; a 404 without it comes from something else that answers under the
   * URL.
   */
  private static boolean blamesId(SchemaRegistryException refused) {
    return refused.status() == 400 || refused.status() == 422 || says(refused, SCHEMA_NOT_FOUND);
  }

  private static boolean says(SchemaRegistryException refused, String code) {
    return refused.status() == 404 && refused.getMessage().contains(code);
  }
}
