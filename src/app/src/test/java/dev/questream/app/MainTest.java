package dev.questream.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.console.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

  private record Result(int status, String out, String err) {}

  private static Result questream(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
    int status = Main.execute(console, arguments);
    return new Result(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("texts.txt"), content);
  }

  private static void assertOneLine(Result result) {
    assertThat(result.err()).startsWith("questream: ");
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.out()).isEmpty();
  }

  // Help

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo: --questions --limit --model --passage-model --port --stay --set --config",
        "run: --set --config --bootstrap-server",
        "topics: create",
        "topics create: --set --config --bootstrap-server",
        "ask: --id --timeout QUESTION --set --config --bootstrap-server",
        "tail: --json --from-beginning --limit --set --config --bootstrap-server",
        "dlq: list show replay",
        "dlq list: --reason --since --only --limit --json --set --config --bootstrap-server",
        "dlq show: PARTITION:OFFSET --raw --set --config --bootstrap-server",
        "dlq replay: --reason --since --only --limit --dry-run --again --to --set --config"
            + " --bootstrap-server",
        "encode: --model --input --input-format --output --output-format --precision --role --prefix"
            + " --set",
        "evaluate: --questions --passages --question-model --passage-model --passage-embeddings --top-k"
            + " --match --from-topic --against --report --results --curve --plot --search-memory --set",
        "bench: encoder stream",
        "bench encoder: --model --questions --limit --rounds --seconds --json --mode --set --config",
        "bench stream: --model --questions --limit --rounds --seconds --json --rate --load"
            + " --partitions --encoder --set --config --bootstrap-server"
      })
  void shouldHelpWithEveryCommand(String commandAndOptions) {
    String[] parts = commandAndOptions.split(": ");
    String[] words = parts[0].split(" ");
    String[] arguments = Arrays.copyOf(words, words.length + 1);
    arguments[words.length] = "--help";
    Result result = questream(arguments);
    assertThat(result.status()).isEqualTo(OK);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("Usage: questream " + parts[0]);
    assertThat(result.out()).contains(parts[1].split(" ")).contains("--help", "--verbose");
    arguments[words.length] = "-h";
    assertThat(questream(arguments)).isEqualTo(result);
  }

  @Test
  void shouldHelpWithTheWhole() {
    Result result = questream("--help");
    assertThat(result.status()).isEqualTo(OK);
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains(
            "demo", "run", "topics", "ask", "tail", "dlq", "encode", "--version", "Exit codes:");
    for (int status = 0; status <= 6; status++) {
      assertThat(result.out()).containsPattern("(?m)^ +" + status + " ");
    }
  }

  @Test
  void shouldDescribeEveryOption() {
    for (String command :
        List.of("demo", "run", "ask", "tail", "encode", "dlq list", "dlq show", "dlq replay")) {
      assertThat(questream((command + " --help").split(" ")).out())
          .as("%s: an option's line with nothing behind it but the next option's", command)
          .doesNotContainPattern("(?m)^ +(-\\w, )?--[a-z-]+(=\\S+)? *\\R +(-\\w, )?--[a-z]");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V"})
  void shouldShowTheVersions(String flag) {
    Result result = questream(flag);
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
    "ask,QUESTION",
    "ask --timeout soon Why?,soon",
    "encode,--input",
    "encode --input x --role judge,judge",
    "evaluate --passages x,--questions",
    "encode --input x --output-format csv,csv",
    "encode --input x --input-format pdf,pdf",
    "demo --port eighty,eighty",
    "demo --limit many,many",
    "bench,required",
    "bench kafka,kafka",
    "bench encoder --mode slow,slow",
    "bench encoder --rounds 0,--rounds",
    "bench encoder --seconds -1,--seconds",
    "bench encoder --limit 0,--limit",
    "bench stream --rate fast,fast",
    "bench stream --rate 0,--rate",
    "'bench stream --rate 10,max',not both",
    "bench stream --load -0.5,--load",
    "bench stream --partitions 0,--partitions",
    "bench stream --encoder cheap,cheap",
    "bench stream --set nope=1,nope",
    "run --set nope,nope"
  })
  void shouldRefuseAWrongCommandLine(String arguments, String named) {
    Result result = questream(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).containsIgnoringCase(named);
    assertThat(result.out()).isEmpty();
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
    Result result = questream(arguments.split(" "));
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains(named);
    assertOneLine(result);
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "topics create", "ask", "tail", "encode", "dlq list"})
  void shouldNameTheNearestSetting(String command) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
    arguments.addAll(List.of("--set", "window.max.agems=1"));
    if (command.equals("ask")) {
      arguments.add("Why?");
    }
    if (command.equals("encode")) {
      arguments.addAll(List.of("--input", file("a\n").toString()));
    }
    Result result = questream(arguments.toArray(String[]::new));
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err())
        .contains("window.max.agems")
        .contains("did you mean window.max.age.ms?");
    assertOneLine(result);
  }

  @Test
  void shouldNameASettingThatDoesNotExist() {
    Result result = questream("run", "--set", "nope=1");
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("there is no setting nope; did you mean ");
    assertOneLine(result);
  }

  @Test
  void shouldNameABadValueAndItsBounds() {
    Result result = questream("run", "--set", "encoder.workers=-1");
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("encoder.workers", "-1", "at least 0");
    assertOneLine(result);
  }

  @Test
  void shouldNameAConfigurationFileThatDoesNotExist() {
    Result result = questream("run", "--config", folder.resolve("missing.properties").toString());
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("missing.properties", "does not exist");
    assertOneLine(result);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-5"})
  void shouldRefuseADemoOfNoQuestions(String limit) {
    Result result = questream("demo", "--limit", limit);
    assertThat(result.status()).isEqualTo(USAGE);
    assertOneLine(result);
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
    Result result = questream(arguments.toArray(String[]::new));
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("security.protocol").contains("TELEPATHY");
    assertOneLine(result);
  }

  // Model, environment, Kafka

  @Test
  void shouldNameAMissingInputFile() {
    Path missing = folder.resolve("missing.txt");
    Result result = questream("encode", "--input", missing.toString());
    assertThat(result.status()).isEqualTo(ENVIRONMENT);
    assertThat(result.err()).contains(missing.toString());
    assertOneLine(result);
  }

  @Test
  void shouldNameAMissingFileOfQuestions() {
    Path missing = folder.resolve("missing.txt");
    Result result = questream("demo", "--questions", missing.toString());
    assertThat(result.status()).isEqualTo(ENVIRONMENT);
    assertThat(result.err()).contains(missing.toString());
    assertOneLine(result);
  }

  @Test
  void shouldNameAModelThatDoesNotExist() throws IOException {
    Result result =
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
    assertOneLine(result);
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
        "dlq replay"
      })
  @Timeout(value = 20, unit = TimeUnit.SECONDS)
  void shouldGiveUpOnKafkaThatDoesNotAnswer(String command) {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
    arguments.addAll(
        List.of(
            "--bootstrap-server",
            "localhost:1",
            "--set",
            "startup.timeout.ms=500",
            "--set",
            "state.dir=" + folder.resolve("state"),
            "--set",
            "cache.dir=" + folder.resolve("cache")));
    Result result = questream(arguments.toArray(String[]::new));
    assertThat(result.status()).isEqualTo(KAFKA);
    assertThat(result.err()).contains("localhost:1").contains("bootstrap.servers");
    assertOneLine(result);
  }

  @Test
  void shouldRefuseABrokerAddressWithoutAPort() {
    Result result = questream("topics", "create", "--bootstrap-server", "localhost");
    assertThat(result.status()).isEqualTo(USAGE);
    assertThat(result.err()).contains("localhost");
    assertOneLine(result);
  }
}
