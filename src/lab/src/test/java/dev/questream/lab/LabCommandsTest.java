package dev.questream.lab;

import static dev.questream.app.CommandLineResult.assertHelp;
import static dev.questream.app.CommandLineResult.questream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.CommandLineResult;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The lab's commands on the command line of the application: help and messages. */
class LabCommandsTest {
  private static final int USAGE = 2;
  private static final int ENVIRONMENT = 5;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo: --questions --limit --model --passage-model --port --stay --set --config",
        "evaluate: --questions --passages --question-model --passage-model --passage-embeddings --top-k"
            + " --match --from-topic --passages-from-topic --against --report --results --curve --plot --search-memory --set",
        "distil: --questions --passages --output --scale --question-model --reader --teacher-scores --passages-from-topic --held-out --set",
        "bench: encoder stream serve unchanged distil",
        "bench encoder: --model --questions --limit --rounds --seconds --json --mode --set --config",
        "bench stream: --model --questions --limit --rounds --seconds --json --rate --load"
            + " --partitions --encoder --set --config --bootstrap-server",
        "bench serve: --model --questions --limit --rounds --seconds --json --set --config"
            + " --bootstrap-server",
        "bench unchanged: --ids --partitions --json --set --config --bootstrap-server",
        "bench distil: --model --questions --limit --rounds --seconds --json --batch --top-k --set",
        "chaos: --minutes --seed --guarantee"
      })
  void shouldHelpWithEveryCommand(String commandAndOptions) {
    assertHelp(commandAndOptions);
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "bench encoder"})
  void shouldNotOfferKafkaWhereThereIsNone(String command) {
    assertThat(questream((command + " --help").split(" ")).out())
        .doesNotContain("--bootstrap-server", "--command-config");
  }

  @Test
  void shouldJoinTheCommandsOfTheApplication() {
    CommandLineResult result = questream("--help");
    assertThat(result.status()).isZero();
    assertThat(result.out())
        .containsPattern("(?m)^ +run ")
        .containsPattern("(?m)^ +demo ")
        .containsPattern("(?m)^ +evaluate ")
        .containsPattern("(?m)^ +bench ")
        .containsPattern("(?m)^ +chaos ");
  }

  @ParameterizedTest
  @CsvSource({
    "evaluate --passages x,--questions",
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
    "bench serve --seconds 0,--seconds",
    "bench distil --batch 0,--batch"
  })
  void shouldRefuseAWrongCommandLine(String arguments, String named) {
    questream(arguments.split(" ")).assertRefused(named);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-5"})
  void shouldRefuseADemoOfNoQuestions(String limit) {
    CommandLineResult result = questream("demo", "--limit", limit);
    assertThat(result.status()).isEqualTo(USAGE);
    result.assertOneLine();
  }

  @Test
  void shouldNameAMissingFileOfQuestions() {
    Path missing = folder.resolve("missing.txt");
    CommandLineResult result = questream("demo", "--questions", missing.toString());
    assertThat(result.status()).isEqualTo(ENVIRONMENT);
    assertThat(result.err()).contains(missing.toString());
    result.assertOneLine();
  }
}
