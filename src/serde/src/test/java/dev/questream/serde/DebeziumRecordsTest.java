package dev.questream.serde;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Debezium's connector for PostgreSQL made of a script of SQL. */
class DebeziumRecordsTest {
  private static final String FULL =
      " was not changed, so Debezium left it out: let the table have REPLICA IDENTITY FULL";

  private static List<String> readings(String... settings) {
    Map<String, String> all = new HashMap<>(DebeziumRecords.SETTINGS);
    for (String setting : settings) {
      all.put(setting.split("=")[0], setting.split("=")[1]);
    }
    QuestionDecoder decoder = new QuestionDecoder(all);
    return DebeziumRecords.kept().stream()
        .map(record -> ReadingText.of(decoder, record))
        .filter(reading -> !reading.equals("skips heartbeat"))
        .filter(reading -> !reading.equals("skips transaction"))
        .toList();
  }

  @Test
  void shouldReadThemAll() {
    assertThat(readings())
        .containsExactly(
            "asks 1: Is the snapshot read?",
            "asks 2: Wie heiß ist es? 😀",
            "asks 2: How hot is it?",
            "deletes 2, an event", // another key
            "deletes 2",
            "asks 3: How hot is it?",
            "deletes 3, an event", // NULL
            "asks 4: long long long long long long ",
            "skips unchanged-text",
            "deletes 4, an event", // another key, and the text is not sent again
            "deletes 4",
            "refuses: input.text=body" + FULL,
            "deletes 1, an event",
            "deletes 1",
            "asks {\"tenant\":1,\"id\":7}: Of one?",
            "asks {\"tenant\":2,\"id\":7}: Of two?",
            "deletes {\"tenant\":1,\"id\":7}, an event",
            "deletes {\"tenant\":1,\"id\":7}",
            "asks 1: whole whole whole whole whole ",
            "asks 1: whole whole whole whole whole ",
            "deletes 1, an event",
            "deletes 1",
            "asks 1: Which id?", // the key, not the column "id"
            "asks 1: Which id?",
            "deletes 1, an event",
            "deletes 1",
            "asks 1: Without a key?",
            "deletes 1, an event",
            "deletes ",
            "skips message",
            "skips truncate",
            "asks 1: Is it done?");
  }

  /** Without REPLICA IDENTITY FULL a deletion has 0 or null for columns outside of the key. */
  @Test
  void shouldNotDeleteByAColumnThatWasNotSent() {
    for (String column : List.of("id", "number")) {
      assertThat(readings("input.id=" + column))
          .filteredOn(reading -> reading.contains("Which id?") || reading.contains("[pk]"))
          .hasSize(4)
          .satisfies(
              readings -> {
                assertThat(readings.get(0)).startsWith("asks 100");
                assertThat(readings.get(1)).startsWith("asks 10");
                assertThat(readings.get(2)).startsWith(refusal(column));
                assertThat(readings.get(3)).startsWith(refusal(column));
              });
    }
    assertThat(readings("input.id=number")).as("a whole row").contains("deletes 12, an event");
  }

  private static String refusal(String column) {
    return "refuses: input.id=%1$s: the record deletes, and its key has no field \"%1$s\""
        .formatted(column);
  }
}
