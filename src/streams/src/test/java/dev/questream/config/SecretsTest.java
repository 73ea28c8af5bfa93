package dev.questream.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka.sasl.jaas.config",
        "producer.ssl.key.password",
        "streams.main.consumer.ssl.keystore.key",
        "consumer.ssl.truststore.certificates",
        "kafka.sasl.oauthbearer.client.credentials.client.secret",
        "kafka.plugin.api.token",
        "kafka.my.private.key"
      })
  void shouldKnowSecretsByAnyPrefix(String key) {
    assertThat(Secrets.isSecret(key)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model",
        "window.max.tokens",
        "encoder.max.batch.tokens",
        "kafka.security.protocol",
        "kafka.sasl.oauthbearer.token.endpoint.url",
        "kafka.sasl.oauthbearer.client.credentials.client.id",
        "producer.compression.type"
      })
  void shouldNotTakeOthersForSecrets(String key) {
    assertThat(Secrets.isSecret(key)).isFalse();
  }

  @Test
  void shouldHidePasswordsOnly() {
    assertThat(Secrets.hidden("sasl.jaas.config", "x")).isEqualTo(new Password("x"));
    assertThat(Secrets.hidden("main.consumer.ssl.key.password", "x").toString())
        .isEqualTo("[hidden]");
    assertThat(Secrets.hidden("linger.ms", "5")).isEqualTo("5");
  }
}
