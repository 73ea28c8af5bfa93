package dev.questream.app.kafka;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import java.util.Optional;
import javax.security.auth.login.LoginException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/**
 * Words what Kafka, or its certificate, refuses: who one is, or what one may do. No trying again
 * helps there.
 */
public final class Refusal {
  static final String ADVICE = "docs/secure.md lists what each command needs";

  private Refusal() {}

  /**
   * The failure as one line for a person, if anything in it is a refusal, or worded already.
   *
   * @param servers that were asked, for the message
   */
  public static Optional<FatalException> of(Throwable failure, String servers) {
    return by("Kafka at " + servers, "", failure);
  }

  /**
   * The same for a request of which it is known what it was about; Kafka's answer may not say.
   *
   * @param subject such as {@code topic questions}
   */
  public static Optional<FatalException> of(Throwable failure, String servers, String subject) {
    return by("Kafka at " + servers, subject, failure);
  }

  /** The same where nobody knows any more which brokers were asked. */
  public static Optional<FatalException> of(Throwable failure) {
    return by("Kafka", "", failure);
  }

  private static Optional<FatalException> by(String kafka, String subject, Throwable failure) {
    String around = subject;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof FatalException worded) {
        return Optional.of(worded);
      }
      if (cause instanceof AuthenticationException authentication) {
        return Optional.of(fatal(authentication(authentication, kafka), failure));
      }
      if (cause instanceof LoginException login) {
        return Optional.of(fatal(login(login, kafka), failure));
      }
      if (cause instanceof AuthorizationException authorization) {
        return Optional.of(
            fatal(
                "%s does not allow this user %s; %s"
                    .formatted(kafka, what(authorization, around), ADVICE),
                failure));
      }
      if (subject.isEmpty() && cause.getMessage() != null) {
        around = cause.getMessage().lines().findFirst().orElse("");
      }
    }
    return Optional.empty();
  }

  private static FatalException fatal(String message, Throwable cause) {
    return new FatalException(ExitCode.KAFKA, message, cause);
  }

  private static String authentication(AuthenticationException failure, String kafka) {
    Throwable root = root(failure);
    String why =
        root == failure ? failure.getMessage() : failure.getMessage() + ": " + reason(root);
    return failure instanceof SslAuthenticationException
        ? "no trusted connection to %s: %s; check kafka.ssl.* (docs/secure.md)"
            .formatted(kafka, why)
        : "%s does not accept this user: %s; check kafka.sasl.* (docs/secure.md)"
            .formatted(kafka, why);
  }

  /** Where the client itself asks for a token or a ticket first. */
  private static String login(LoginException failure, String kafka) {
    return "no login for %s: %s; check kafka.sasl.* (docs/secure.md)"
        .formatted(kafka, reason(failure).lines().findFirst().orElse(""));
  }

  /** The innermost cause. */
  static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static String reason(Throwable root) {
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private static String what(AuthorizationException failure, String around) {
    if (around.startsWith("topic ")) {
      return "what it needs on " + around;
    }
    if (failure instanceof TopicAuthorizationException topic
        && !topic.unauthorizedTopics().isEmpty()) {
      return "what it needs on topic " + String.join(", ", topic.unauthorizedTopics());
    }
    if (failure instanceof GroupAuthorizationException group && group.groupId() != null) {
      return "to read as group " + group.groupId();
    }
    if (failure instanceof TransactionalIdAuthorizationException) {
      return "to write with this transactional id";
    }
    if (failure instanceof ClusterAuthorizationException) {
      return "what it needs on the cluster";
    }
    return "this: " + (around.isEmpty() ? failure.getMessage() : around);
  }
}
