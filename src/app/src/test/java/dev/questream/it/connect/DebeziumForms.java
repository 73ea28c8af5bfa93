package dev.questream.it.connect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The forms in which Debezium may send the changes of a database: by converter, by {@code
 * ExtractNewRecordState}, by key.
 */
final class DebeziumForms {
  private static final String AVRO = "io.apicurio.registry.utils.converter.AvroConverter";
  private static final String UNWRAP = "io.debezium.transforms.ExtractNewRecordState";

  /** By name, with what each has beside the file of {@code deploy/connect}. */
  static final Map<String, Map<String, String>> ALL = all();

  private DebeziumForms() {}

  private static Map<String, Map<String, String>> all() {
    Map<String, String> typed =
        Map.of("decimal.handling.mode", "precise", "time.precision.mode", "adaptive");
    Map<String, String> schema = new HashMap<>(typed);
    Map<String, String> avro = new HashMap<>(typed);
    for (String part : List.of("key.converter", "value.converter")) {
      schema.put(part + ".schemas.enable", "true");
      avro.put(part, AVRO);
      avro.put(part + ".apicurio.registry.url", "${env:APICURIO_REGISTRY_URL}");
      avro.put(part + ".apicurio.registry.as-confluent", "true");
      avro.put(part + ".apicurio.registry.use-id", "contentId");
      avro.put(part + ".apicurio.registry.headers.enabled", "false");
      avro.put(part + ".apicurio.registry.auto-register", "true");
    }
    Map<String, String> unwrapped =
        Map.of("transforms", "route,unwrap", "transforms.unwrap.type", UNWRAP);
    Map<String, String> rewritten = new HashMap<>(unwrapped);
    rewritten.put("transforms.unwrap.delete.tombstone.handling.mode", "rewrite-with-tombstone");
    Map<String, Map<String, String>> forms = new LinkedHashMap<>();
    forms.put("json", Map.of());
    forms.put("schema", schema);
    forms.put("avro", avro);
    forms.put("unwrapped", unwrapped);
    forms.put("rewritten", rewritten);
    forms.put(
        "rekeyed",
        Map.of(
            "message.key.columns",
            "public.whole:number",
            "table.include.list",
            "public.whole,public.done",
            "provide.transaction.metadata",
            "false"));
    return forms;
  }

  /** A connector that sends all tables, and all else that it can, to a topic of the form's name. */
  static Path file(Path folder, String form) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("table.include.list", "public.*");
    settings.put("transforms", "route");
    settings.put("transforms.route.type", "org.apache.kafka.connect.transforms.RegexRouter");
    settings.put("transforms.route.regex", ".*");
    settings.put("transforms.route.replacement", form);
    settings.put("skipped.operations", "none");
    settings.put("provide.transaction.metadata", "true");
    settings.put("heartbeat.interval.ms", "1000");
    settings.putAll(ALL.get(form));
    return DebeziumSource.variant(folder, form, settings);
  }
}
