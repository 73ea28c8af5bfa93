package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A script of SQL, and what Debezium's connector for PostgreSQL, 3.6.3, made of it. */
public final class DebeziumRecords {
  /** The records as JSON without schemas, each with its key in a line. */
  public static final String KEPT = "/debezium/postgres.jsonl";

  /** How they are read. */
  public static final Map<String, String> SETTINGS =
      Map.of(
          "input.format", "json",
          "input.envelope", "debezium",
          "input.text", "body",
          "input.asked.at", "opened",
          "input.metadata",
              "price,weight,opened,changed,due,at,lasts,ref,details,labels,vip,rate,count");

  /** Tables, and a row that is there when the connector starts. */
  public static final String TABLES =
      """
      CREATE TABLE tickets (id bigint PRIMARY KEY, body text, price numeric(10,2), weight numeric,
        opened timestamptz, changed timestamp(3), due date, at time, lasts interval, ref uuid,
        details jsonb, labels text[], photo bytea, vip boolean, rate real, count int NOT NULL DEFAULT 5);
      ALTER TABLE tickets ALTER body SET STORAGE EXTERNAL;
      CREATE TABLE parts (tenant int, id int, body text, PRIMARY KEY (tenant, id));
      CREATE TABLE whole (id int PRIMARY KEY, body text, number int NOT NULL);
      ALTER TABLE whole ALTER body SET STORAGE EXTERNAL;
      ALTER TABLE whole REPLICA IDENTITY FULL;
      CREATE TABLE other (pk int PRIMARY KEY, id int NOT NULL, number int, body text);
      CREATE TABLE keyless (id int, body text);
      ALTER TABLE keyless REPLICA IDENTITY FULL;
      CREATE TABLE done (id int PRIMARY KEY, body text);
      INSERT INTO tickets VALUES (1, 'Is the snapshot read?', 12.50, 1.250,
        '2023-11-14 22:13:20.123456+00', '2023-11-14 22:13:20.123', '2023-11-14', '22:13:20.5',
        '1 day 02:03:04', '123e4567-e89b-12d3-a456-426614174000', '{"a": [1, "ü"]}', '{x,y}',
        '\\xffd8', true, 0.5);
      """;

  /** Changes, one transaction each. */
  public static final String CHANGES =
      """
      INSERT INTO tickets (id, body) VALUES (2, 'Wie heiß ist es? \uD83D\uDE00');
      UPDATE tickets SET body = 'How hot is it?', price = 0, weight = 1e10 WHERE id = 2;
      UPDATE tickets SET id = 3 WHERE id = 2;
      UPDATE tickets SET body = NULL WHERE id = 3;
      INSERT INTO tickets (id, body) VALUES (4, repeat('long ', 420));
      UPDATE tickets SET count = 6 WHERE id = 4;
      UPDATE tickets SET id = 5 WHERE id = 4;
      DELETE FROM tickets WHERE id = 1;
      INSERT INTO parts VALUES (1, 7, 'Of one?'), (2, 7, 'Of two?');
      DELETE FROM parts WHERE tenant = 1;
      INSERT INTO whole VALUES (1, repeat('whole ', 350), 11);
      UPDATE whole SET number = 12;
      DELETE FROM whole;
      INSERT INTO other VALUES (1, 100, 1000, 'Which id?');
      UPDATE other SET id = 101, number = 1001;
      DELETE FROM other;
      INSERT INTO keyless VALUES (1, 'Without a key?');
      DELETE FROM keyless;
      SELECT pg_logical_emit_message(true, 'prefix', 'content');
      TRUNCATE parts;
      INSERT INTO done VALUES (1, 'Is it done?');
      """;

  private DebeziumRecords() {}

  /** The records, in their order. */
  public static List<ConsumerRecord<byte[], byte[]>> kept() {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    ObjectMapper json = new ObjectMapper();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(DebeziumRecords.class.getResourceAsStream(KEPT), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode record = json.readTree(line);
        records.add(
            new ConsumerRecord<>(
                "kept", 0, records.size(), bytes(record.get("key")), bytes(record.get("value"))));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return records;
  }

  private static byte[] bytes(JsonNode text) {
    return text.isNull() ? null : text.textValue().getBytes(UTF_8);
  }
}
