package dev.questream.serde.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
  private static final String SUBJECT_NOT_FOUND = "40401";
  private static final String SCHEMA_NOT_FOUND = "40403";

  private final RegistryHttp http;
  private final ParsedSchemas parsed;
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
    this.parsed = new ParsedSchemas(http, name);
    this.register = config.getBoolean(RegistryConfig.AUTO_REGISTER);
    this.subjects = config.subjectNames();
    int limit = config.getInt(RegistryConfig.MAX_SCHEMAS);
    this.ids = new AskedOnce<>(limit, this::requestId);
    this.schemas = new AskedOnce<>(limit, this::requestSchema);
    this.globalIds = new AskedOnce<>(limit, parsed::byGlobalId);
    this.global = new AskedOnce<>(limit, this::requestGlobalSchema);
  }

  @Override
  public int idFor(String topic, Schema schema) {
    return ids.get(new TopicSchema(topic, schema));
  }

  private int requestId(TopicSchema wanted) {
    Schema schema = wanted.schema();
    String subject = subjects.subject(wanted.topic(), schema);
    String path = "/subjects/" + ParsedSchemas.encoded(subject);
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

  /** Embeddings of passages, and of other types than float32, have a file of their own. */
  private static String file(Schema schema) {
    return schema.getName() + (schema.getField("vector_type") == null ? "" : "-shaped");
  }

  private static SchemaRegistryException notRegistered(
      String subject, Schema schema, SchemaRegistryException refused) {
    return new SchemaRegistryException(
        "the subject %s does not hold this version of %s: register schemas/%s.avsc under it, or set %s=true: %s"
            .formatted(
                subject,
                schema.getFullName(),
                file(schema),
                RegistryConfig.AUTO_REGISTER,
                refused.getMessage()),
        refused.status());
  }

  /** Only a strategy that names the subject by the topic alone says where to look. */
  @Override
  public Optional<Registered> latest(String topic) {
    return latestOf(topic + "-value");
  }

  @Override
  public Optional<Registered> latestOfKeys(String topic) {
    return latestOf(topic + "-key");
  }

  private Optional<Registered> latestOf(String subject) {
    return latestVersion(subject)
        .flatMap(
            answer -> {
              try {
                return Optional.of(
                    new Registered(
                        answer.path("id").asInt(),
                        parsed.schema("the latest schema of " + subject, answer)));
              } catch (UnknownSchemaException e) {
                return Optional.empty();
              }
            });
  }

  @Override
  public Optional<JsonNode> latestJson(String topic) {
    return latestVersion(topic + "-value")
        .filter(answer -> answer.path("schemaType").asText().equals("JSON"))
        .map(
            answer -> {
              try {
                return JSON.readTree(answer.path("schema").asText());
              } catch (JsonProcessingException e) {
                return null; // nothing can be said by it
              }
            });
  }

  private Optional<JsonNode> latestVersion(String subject) {
    if (subjects != SubjectNames.TOPIC) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          http.get(
              ParsedSchemas.version(subject, "latest"),
              "asking for the latest schema of " + subject));
    } catch (SchemaRegistryException e) {
      if (e.status() / 100 == 4) {
        return Optional.empty();
      }
      throw e;
    }
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

  private Schema requestSchema(int id) {
    try {
      return parsed.schema(
          "schema " + id, http.get("/schemas/ids/" + id, "asking for schema " + id));
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
      return parsed.schema(asked, http.get("/schemas/guids/" + guid, "asking for " + asked));
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
