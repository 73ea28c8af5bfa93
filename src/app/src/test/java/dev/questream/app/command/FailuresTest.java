package dev.questream.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.serde.WireException;
import dev.questream.serde.registry.SchemaRegistryException;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FailuresTest {

  private record Expected(Exception failure, ExitCode code) {}

  @Command(name = "failing")
  private record Failing(Exception failure) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      throw failure;
    }
  }

  private static List<Expected> table() {
    List<Expected> table = new ArrayList<>();
    for (ExitCode code : ExitCode.values()) {
      table.add(new Expected(new FatalException(code, "fatal"), code));
    }
    table.addAll(
        List.of(
            new Expected(new ConfigException("model", "", "must not be empty"), ExitCode.USAGE),
            new Expected(new ModelException("damaged"), ExitCode.MODEL),
            new Expected(new SchemaRegistryException("refused", 409), ExitCode.KAFKA),
            new Expected(new KafkaException("gone"), ExitCode.KAFKA),
            new Expected(new TimeoutException("slow"), ExitCode.KAFKA),
            new Expected(new SaslAuthenticationException("wrong password"), ExitCode.KAFKA),
            new Expected(new WireException("no embedding"), ExitCode.FAILED),
            new Expected(new IOException("No space left on device"), ExitCode.ENVIRONMENT),
            new Expected(new NoSuchFileException("file"), ExitCode.ENVIRONMENT),
            new Expected(new AccessDeniedException("file"), ExitCode.ENVIRONMENT),
            new Expected(new UncheckedIOException(new IOException("x")), ExitCode.ENVIRONMENT),
            new Expected(new IllegalStateException("a bug"), ExitCode.FAILED),
            new Expected(new NullPointerException(), ExitCode.FAILED)));
    return table;
  }

  private static String[] run(Exception failure) {
    StringWriter err = new StringWriter();
    int status =
        new CommandLine(new Failing(failure))
            .setExecutionExceptionHandler(new Failures(false))
            .setErr(new PrintWriter(err))
            .execute();
    return new String[] {Integer.toString(status), err.toString()};
  }

  @TestFactory
  List<DynamicTest> shouldGiveEachFailureItsExitStatusAndOneLine() {
    return table().stream()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.failure().toString(),
                    () -> {
                      String[] result = run(row.failure());
                      assertThat(result[0]).isEqualTo(Integer.toString(row.code().status()));
                      assertThat(result[1]).startsWith("questream: ").endsWith("\n");
                      assertThat(result[1].lines()).hasSize(1);
                      assertThat(result[1]).doesNotContain("null", "\tat ");
                    }))
        .toList();
  }

  @Test
  void shouldNotWrapAMessageThatIsWorded() {
    assertThat(run(new FatalException(ExitCode.KAFKA, "no answer"))[1])
        .isEqualTo("questream: no answer" + System.lineSeparator());
    assertThat(run(new ModelException("there is no model x"))[1])
        .isEqualTo("questream: there is no model x" + System.lineSeparator());
    assertThat(run(new ConfigException("there is no setting x"))[1])
        .isEqualTo("questream: there is no setting x" + System.lineSeparator());
  }

  @Test
  void shouldSayHowToLearnMoreOfABug() {
    assertThat(run(new IllegalStateException("a bug"))[1]).contains("a bug").contains("--verbose");
  }

  @Test
  void shouldKeepTheExitStatusesAsDocumented() {
    assertThat(List.of(ExitCode.values()).stream().map(ExitCode::status))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }
}
