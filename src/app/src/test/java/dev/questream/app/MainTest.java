package dev.questream.app;

import static dev.questream.app.CommandLineResult.questream;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a user meets it: exit statuses, help, messages. */
class MainTest {
  private static final int OK = 0;
  private static final int USAGE = 2;
  private static final int MODEL = 3;
  private static final int KAFKA = 4;
  private static final int ENVIRONMENT = 5;

  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("texts.txt"), content);
  }

  // Help

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run: --set --config --bootstrap-server",
        "topics: create",
        "topics create: --set --config --bootstrap-server",
        "produce: --input --input-format --id-prefix --rate --restart --set",
        "config show: --changed --json --set",
        "completion: SHELL",
        "ask: --id --json --timeout QUESTION --set --config --bootstrap-server",
        "tail: --json --from-beginning --limit --set --config --bootstrap-server",
        "dlq: list show replay",
        "dlq list: --reason --since --only --limit --json --set --config --bootstrap-server",
        "dlq show: PARTITION:OFFSET --raw --set --config --bootstrap-server",
        "dlq replay: --reason --since --only --limit --dry-run --again --to --set --config"
            + " --bootstrap-server",
        "encode: --model --input --input-format --output --output-format --precision --role"
            + " --prefix --set"
      })
  void shouldHelpWithEveryCommand(String commandAndOptions) {
    CommandLineResult.assertHelp(commandAndOptions);
  }

  @Test
  void shouldHelpWithTheWhole() {
    CommandLineResult result = questream("--help");
    assertThat(result.status()).isEqualTo(OK);
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains(
            "run", "serve", "topics", "ask", "tail", "dlq", "encode", "--version", "Exit codes:");
    for (int status = 0; status <= 6; status++) {
      assertThat(result.out()).containsPattern("(?m)^ +" + status + " ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V"})
  void shouldShowTheVersions(String flag) {
    CommandLineResult result = questream(flag);
    assertThat(result.status()).isEqualTo(OK);
    assertThat(result.out().lines()).hasSize(3);
    assertThat(result.out())
        .startsWith("questream ")
        .containsPattern("kafka +4\\.")
        .contains("java      " + Runtime.version());
  }

  // Usage

  @ParameterizedTest
  @CsvSource({
    "'',required",
    "topics,required",
    "dlq,required",
    "dlq forget,forget",
    "dlq show,PARTITION:OFFSET",
    "dlq list --limit few,few",
    "embed,embed",
    "--nope,--nope",
    "run --nope,--nope",
    "run extra,extra",
    "topics delete,delete",
    "ask --timeout soon Why?,soon",
    "encode --input x --role judge,judge",
    "encode --input x --output-format csv,csv",
    "encode --input x --input-format pdf,pdf",
    "run --set nope,Value for option '--set'",
    "ask --timeout 0 Why?,--timeout"
  })
  void shouldRefuseAWrongCommandLine(String arguments, String named) {
    CommandLineResult result =
        questream(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    result.assertRefused(named);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void shouldRefuseAnEmptyQuestion(String question) {
    CommandLineResult result = questream("ask", question);
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("the question is empty");
    result.assertOneLine();
  }

  @ParameterizedTest
  @ValueSource(strings = {"encode", "model import", "model inspect", "model verify"})
  void shouldNotOfferKafkaWhereThereIsNone(String command) {
    assertThat(questream((command + " --help").split(" ")).out())
        .contains("--set", "--config")
        .doesNotContain("--bootstrap-server", "--command-config");
  }

  @ParameterizedTest
  @CsvSource({
    "dlq list --reason to-long,text-too-long",
    "dlq list --since yesterday,yesterday",
    "dlq list --limit 0,at least 1",
    "dlq show 17,PARTITION:OFFSET",
    "dlq replay --only 0:x,0:x",
    "dlq replay --limit -1,at least 1",
    "dlq replay --to questions-dlq,dlq.topic",
    "dlq replay --to embeddings,embeddings.topic"
  })
  void shouldRefuseDeadLettersThatCannotBeMeant(String arguments, String named) {
    CommandLineResult result = questream(arguments.split(" "));
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains(named);
    result.assertOneLine();
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "serve", "topics create", "ask", "tail", "encode", "dlq list"})
  void shouldNameTheNearestSetting(String command) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
    arguments.addAll(List.of("--set", "window.max.agems=1"));
    if (command.equals("ask")) {
      arguments.add("Why?");
    }
    if (command.equals("encode")) {
      arguments.addAll(List.of("--input", file("a\n").toString()));
    }
    CommandLineResult result = questream(arguments.toArray(String[]::new));
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err())
        .contains("window.max.agems")
        .contains("did you mean window.max.age.ms?");
    result.assertOneLine();
  }

  @Test
  void shouldNameASettingThatDoesNotExist() {
    CommandLineResult result = questream("run", "--set", "nope=1");
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("there is no setting nope; did you mean ");
    result.assertOneLine();
  }

  @Test
  void shouldNameABadValueAndItsBounds() {
    CommandLineResult result = questream("run", "--set", "encoder.workers=-1");
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("encoder.workers", "-1", "at least 0");
    result.assertOneLine();
  }

  @Test
  void shouldNameAConfigurationFileThatDoesNotExist() {
    CommandLineResult result =
        questream("run", "--config", folder.resolve("missing.properties").toString());
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("missing.properties", "does not exist");
    result.assertOneLine();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "topics create",
        "ask Why?",
        "tail",
        "dlq list",
        "dlq show 0:1",
        "dlq replay"
      })
  void shouldRefuseKafkaSettingsThatAreWrong(String command) {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
    arguments.addAll(List.of("--set", "kafka.security.protocol=TELEPATHY"));
    CommandLineResult result = questream(arguments.toArray(String[]::new));
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("security.protocol").contains("TELEPATHY");
    result.assertOneLine();
  }

  // Model, environment, Kafka

  @Test
  void shouldNameAMissingInputFile() {
    Path missing = folder.resolve("missing.txt");
    CommandLineResult result = questream("encode", "--input", missing.toString());
    assertThat(result.status()).isEqualTo(ENVIRONMENT);
    assertThat(result.err()).contains(missing.toString());
    result.assertOneLine();
  }

  @Test
  void shouldNameAModelThatDoesNotExist() throws IOException {
    CommandLineResult result =
        questream(
            "encode",
            "--model",
            "nope",
            "--input",
            file("a\n").toString(),
            "--output",
            folder.resolve("out.jsonl").toString(),
            "--set",
            "cache.dir=" + folder.resolve("cache"));
    assertThat(result.status()).isEqualTo(MODEL);
    assertThat(result.err()).contains("nope").contains("bge-small-en-v1.5");
    result.assertOneLine();
    assertThat(folder.resolve("out.jsonl")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "topics create",
        "ask Why?",
        "tail",
        "dlq list",
        "dlq show 0:1",
        "dlq replay",
        "rollover status --new n --new-topic t --new-dlq d",
        "rollover refill --new n --new-topic t --new-dlq d"
      })
  @Timeout(value = 5, unit = TimeUnit.SECONDS)
  void shouldGiveUpOnKafkaThatDoesNotAnswer(String command) {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
    if (command.equals("run")) {
      arguments.addAll(List.of("--set", "startup.timeout.ms=500")); // a service waits
    }
    arguments.addAll(
        List.of(
            "--bootstrap-server",
            "localhost:1",
            "--set",
            "state.dir=" + folder.resolve("state"),
            "--set",
            "cache.dir=" + folder.resolve("cache")));
    CommandLineResult result = questream(arguments.toArray(String[]::new));
    assertThat(result.status()).isEqualTo(KAFKA);
    assertThat(result.err())
        .contains("localhost:1 (connection refused)")
        .contains("check bootstrap.servers");
    result.assertOneLine();
  }

  @Test
  void shouldRefuseABrokerAddressWithoutAPort() {
    CommandLineResult result = questream("topics", "create", "--bootstrap-server", "localhost");
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("localhost");
    result.assertOneLine();
  }
}
