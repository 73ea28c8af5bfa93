package dev.questream.serde;

import dev.questream.serde.fields.InputConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.common.config.ConfigException;

/** Schemas of somebody else's, in files. */
final class SchemaFiles {
  private SchemaFiles() {}

  /**
   * Reads them by their fingerprints, in order; each may use the types of those before it.
   *
   * @throws ConfigException if one is not there, or no schema
   */
  static Map<Long, Schema> read(List<String> files) {
    Schema.Parser parser =
        new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
    Map<Long, Schema> schemas = new LinkedHashMap<>();
    for (String file : files) {
      if (!file.isEmpty()) {
        Schema schema = read(parser, file);
        schemas.put(SchemaNormalization.parsingFingerprint64(schema), schema);
      }
    }
    return schemas;
  }

  private static Schema read(Schema.Parser parser, String file) {
    try {
      return parser.parse(Path.of(file).toFile());
    } catch (IOException | AvroRuntimeException e) {
      throw new ConfigException(
          InputConfig.SCHEMA_FILE, file, "is no Avro schema that can be read: " + e.getMessage());
    }
  }
}
