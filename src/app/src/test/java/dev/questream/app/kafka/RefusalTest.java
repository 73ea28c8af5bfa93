package dev.questream.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import javax.security.auth.login.LoginException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class RefusalTest {

  private static String words(Throwable failure) {
    FatalException refusal = Refusal.of(failure, "broker:9093").orElseThrow();
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.KAFKA);
    assertThat(refusal.getMessage()).contains("broker:9093", "docs/secure.md");
    return refusal.getMessage();
  }

  @Test
  void shouldNameTheTopicFromDeepInside() {
    assertThat(
            words(
                new StreamsException(
                    "x", new KafkaException(new TopicAuthorizationException(Set.of("answers"))))))
        .contains("topic answers");
  }

  @Test
  void shouldSayWhatWasTriedWhereKafkaNamesNothing() {
    TopicAuthorizationException nameless = new TopicAuthorizationException("Authorization failed.");
    assertThat(words(new StreamsException("Could not create topic t.", nameless)))
        .contains("Could not create topic t.");
    assertThat(Refusal.of(nameless, "b:1", "topic t").orElseThrow().getMessage())
        .contains("what it needs on topic t");
    assertThat(words(nameless)).contains("Authorization failed.");
  }

  @Test
  void shouldTellPasswordCertificateAndLoginApart() {
    assertThat(words(new ExecutionException(new SaslAuthenticationException("wrong password"))))
        .contains("does not accept this user: wrong password", "kafka.sasl.");
    assertThat(
            words(
                new SslAuthenticationException(
                    "SSL handshake failed", new SSLHandshakeException("No name matching h found"))))
        .contains("no trusted connection", "No name matching h found", "kafka.ssl.");
    assertThat(words(new KafkaException(new LoginException("no token\n\tat somewhere"))))
        .contains("no login", "no token")
        .doesNotContain("somewhere");
  }

  @Test
  void shouldLeaveOtherFailuresAlone() {
    assertThat(Refusal.of(new KafkaException(new TimeoutException("late")))).isEmpty();
  }
}
