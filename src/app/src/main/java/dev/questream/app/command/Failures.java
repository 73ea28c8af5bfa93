package dev.questream.app.command;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.DataException;
import dev.questream.app.kafka.Refusal;
import dev.questream.serde.WireException;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * Turns what a command throws into one line for a person, or one of the log where that is for
 * programs, and an exit status for scripts.
 */
public final class Failures implements CommandLine.IExecutionExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private final boolean toLog;

  /**
   * @param toLog whether the line goes to the log
   */
  public Failures(boolean toLog) {
    this.toLog = toLog;
  }

  @Override
  public int handleExecutionException(
      Exception thrown, CommandLine command, CommandLine.ParseResult parsed) {
    Exception failure = refusalIn(thrown).map(Exception.class::cast).orElse(thrown);
    ExitCode code = exitCode(failure);
    if (toLog) {
      LOG.error("{}", message(failure, code), thrown);
    } else {
      command.getErr().println("questream: " + message(failure, code));
      command.getErr().flush();
      LOG.debug("The failure in full", thrown);
    }
    return code.status();
  }

  /** What Kafka refuses is its own kind of failure, unless that has been said already. */
  private static Optional<FatalException> refusalIn(Exception thrown) {
    return thrown instanceof FatalException fatal && fatal.exitCode() == ExitCode.KAFKA
        ? Optional.empty()
        : Refusal.of(thrown);
  }

  static ExitCode exitCode(Throwable failure) {
    if (failure instanceof FatalException fatal) {
      return fatal.exitCode();
    }
    if (failure instanceof ConfigException) {
      return ExitCode.USAGE;
    }
    if (failure instanceof ModelException) {
      return ExitCode.MODEL;
    }
    if (failure instanceof DataException) {
      return ExitCode.ENVIRONMENT;
    }
    if (failure instanceof WireException) {
      return ExitCode.FAILED;
    }
    if (failure instanceof KafkaException) {
      return ExitCode.KAFKA;
    }
    if (failure instanceof IOException || failure instanceof UncheckedIOException) {
      return ExitCode.ENVIRONMENT;
    }
    return ExitCode.FAILED;
  }

  private static String message(Exception failure, ExitCode code) {
    boolean worded = code != ExitCode.FAILED && !(failure instanceof IOException);
    if (worded || failure instanceof FatalException) {
      return failure.getMessage();
    }
    return failure + (code == ExitCode.FAILED ? " (run with --verbose for more)" : "");
  }
}
