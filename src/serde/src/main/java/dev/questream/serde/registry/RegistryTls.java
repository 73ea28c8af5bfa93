package dev.questream.serde.registry;

import java.net.http.HttpClient;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/** TLS to the registry, by Kafka's own reading of Kafka's own settings: JKS, PKCS12 and PEM. */
final class RegistryTls {

  private RegistryTls() {}

  /**
   * Makes a client trust, and show, what the settings say.
   *
   * @throws ConfigException if a store cannot be read
   */
  static void configure(HttpClient.Builder http, Map<String, Object> settings) {
    try (DefaultSslEngineFactory tls = new DefaultSslEngineFactory()) {
      tls.configure(settings);
      http.sslContext(tls.sslContext());
      http.sslParameters(tls.createClientSslEngine("", 0, "HTTPS").getSSLParameters());
    } catch (KafkaException e) {
      throw new ConfigException(
          "the settings %sssl.* cannot be used: %s".formatted(RegistryConfig.PREFIX, Causes.of(e)));
    }
  }
}
