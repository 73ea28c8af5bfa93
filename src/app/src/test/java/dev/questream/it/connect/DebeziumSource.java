package dev.questream.it.connect;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** {@code deploy/connect/sources/debezium-postgres.json}, and variants of it. */
final class DebeziumSource {
  static final Path FILE = Repository.path("deploy/connect/sources/debezium-postgres.json");
  static final String PLUGIN = "debezium-connector-postgres";

  /** The version of Kafka Connect that runs it. */
  static final String WORKER = System.getProperty("questream.it.debezium.worker");

  private static final ObjectMapper JSON = new ObjectMapper();

  private DebeziumSource() {}

  /**
   * The file under another name, with a slot and a publication of its own.
   *
   * @param settings in the place of those of the file, or beside them
   */
  static Path variant(Path folder, String name, Map<String, String> settings) throws IOException {
    ObjectNode file = (ObjectNode) JSON.readTree(FILE.toFile());
    file.put("name", name);
    ObjectNode config = (ObjectNode) file.get("config");
    config.put("slot.name", name);
    config.put("publication.name", name);
    settings.forEach(config::put);
    Path variant = folder.resolve(name + ".json");
    JSON.writeValue(variant.toFile(), file);
    return variant;
  }
}
