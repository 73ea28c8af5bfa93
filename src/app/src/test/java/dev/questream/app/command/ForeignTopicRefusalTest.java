package dev.questream.app.command;

import static dev.questream.app.CommandLineResult.questream;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be written into somebody else's topic is refused before anything is reached. */
@Timeout(30)
class ForeignTopicRefusalTest {
  private static final String NOWHERE = "bootstrap.servers=localhost:1";

  @TempDir Path folder;

  private static String[] with(List<String> command, String settings) {
    List<String> all = new ArrayList<>(command);
    for (String setting : (NOWHERE + ";" + settings).split(";")) {
      all.addAll(List.of("--set", setting));
    }
    return all.toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input.format=json;input.envelope=debezium;input.text=body|insert a row",
        "input.format=json;input.text=a;input.id=a.b|\"a\" has two values",
        "input.text=body|no Avro schema in a registry"
      })
  void shouldRefuseBeforeAnythingIsReached(String settings, String why) throws Exception {
    Path file = Files.writeString(folder.resolve("q.txt"), "Why?\n");
    questream(with(List.of("ask", "Why?"), settings)).assertRefused(why);
    questream(with(List.of("produce", "--input", file.toString()), settings)).assertRefused(why);
  }

  @Test
  void shouldNotLetVisitorsAskADatabase() {
    questream(
            with(
                List.of("run"),
                "http.port=0;http.ask.enabled=true;input.format=json;input.envelope=debezium"))
        .assertRefused("insert a row");
  }

  @Test
  void shouldNotAskAgainWithoutTitles() throws Exception {
    String settings = NOWHERE + "\ninput.format=json\ninput.title=subject\n";
    Path before = Files.writeString(folder.resolve("old.properties"), settings);
    Path after =
        Files.writeString(
            folder.resolve("new.properties"),
            settings + "application.id=v2\nembeddings.topic=v2\n");
    questream(
            "rollover",
            "refill",
            "--old-config",
            before.toString(),
            "--new-config",
            after.toString())
        .assertRefused("embeddings keep no titles");
  }
}
