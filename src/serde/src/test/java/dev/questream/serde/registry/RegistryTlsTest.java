package dev.questream.serde.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.Question;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against a registry that speaks https with a certificate of its own making. */
class RegistryTlsTest {
  private static final String SSL = "schema.registry.ssl.";

  @TempDir static Path folder;
  private static TlsStores server;
  private static TlsStores client;
  private static RegistryStandIn open;
  private static RegistryStandIn strict;

  @BeforeAll
  static void start() throws Exception {
    server = new TlsStores(folder, "localhost");
    client = new TlsStores(folder, "client");
    open = RegistryStandIn.https(server.server(client), false);
    strict = RegistryStandIn.https(server.server(client), true);
  }

  @AfterAll
  static void stop() {
    open.close();
    strict.close();
  }

  private static Map<String, Object> settings(RegistryStandIn registry) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("schema.registry.url", registry.url());
    settings.put("max.retries", 0);
    return settings;
  }

  private static Map<String, Object> trusting(RegistryStandIn registry) throws Exception {
    Map<String, Object> settings = settings(registry);
    settings.put(SSL + "truststore.type", "PEM");
    settings.put(SSL + "truststore.certificates", server.certificatePem());
    return settings;
  }

  private static void assertAnswered(Map<String, Object> settings) {
    assertThat(new ConfluentRegistryClient(settings).idFor("a", Question.getClassSchema()))
        .isEqualTo(RegistryStandIn.FIRST_ID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"JKS", "PKCS12"})
  void shouldTrustWhatTheStoreHolds(String type) throws Exception {
    Map<String, Object> settings = settings(open);
    settings.put(SSL + "truststore.type", type);
    settings.put(SSL + "truststore.location", server.trustStore(type).toString());
    settings.put(SSL + "truststore.password", TlsStores.PASSWORD);
    assertAnswered(settings);
  }

  @Test
  void shouldTrustCertificatesInPem() throws Exception {
    assertAnswered(trusting(open));
    Map<String, Object> settings = settings(open);
    settings.put(SSL + "truststore.type", "PEM");
    settings.put(
        SSL + "truststore.location",
        Files.writeString(folder.resolve("trusted.pem"), server.certificatePem()).toString());
    assertAnswered(settings);
  }

  @Test
  void shouldNotTrustJustAnybody() {
    assertThatThrownBy(() -> assertAnswered(settings(open)))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining(open.url())
        .hasMessageContaining("certificate is not trusted")
        .hasMessageContaining("schema.registry.ssl.truststore.location");
  }

  @Test
  void shouldNotTrustACertificateOfAnotherName() throws Exception {
    Map<String, Object> settings = trusting(open);
    settings.put("schema.registry.url", "https://127.0.0.1:" + open.port());
    assertThatThrownBy(() -> assertAnswered(settings))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("a name that the certificate bears");
    settings.put(SSL + "endpoint.identification.algorithm", "");
    assertThatThrownBy(() -> assertAnswered(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(SSL + "endpoint.identification.algorithm");
  }

  @Test
  void shouldShowItsOwnCertificate() throws Exception {
    Map<String, Object> settings = trusting(strict);
    settings.put(SSL + "keystore.type", "PKCS12");
    settings.put(SSL + "keystore.location", client.keyStore().toString());
    settings.put(SSL + "keystore.password", TlsStores.PASSWORD);
    assertAnswered(settings);
  }

  @Test
  void shouldShowItsOwnCertificateFromPem() throws Exception {
    Map<String, Object> settings = trusting(strict);
    settings.put(SSL + "keystore.type", "PEM");
    settings.put(SSL + "keystore.certificate.chain", client.certificatePem());
    settings.put(SSL + "keystore.key", client.keyPem());
    assertAnswered(settings);
  }

  @Test
  void shouldFailWithoutTheCertificateThatIsWanted() throws Exception {
    Map<String, Object> settings = trusting(strict);
    assertThatThrownBy(() -> assertAnswered(settings))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining(strict.url());
  }

  @Test
  void shouldSayWhichStoreCannotBeRead() throws Exception {
    Map<String, Object> settings = settings(open);
    settings.put(SSL + "truststore.location", folder.resolve("nowhere.jks").toString());
    assertThatThrownBy(() -> assertAnswered(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.ssl")
        .hasMessageContaining("nowhere.jks");
    settings.put(SSL + "truststore.location", server.trustStore("PKCS12").toString());
    settings.put(SSL + "truststore.password", "wrong-s3cret");
    assertThatThrownBy(() -> assertAnswered(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("password")
        .hasMessageNotContaining("wrong-s3cret");
  }

  /** TLS is for https: a store that is not there does no harm to an http registry. */
  @Test
  void shouldReadNoStoreForHttp() {
    try (RegistryStandIn plain = new RegistryStandIn()) {
      Map<String, Object> settings = settings(plain);
      settings.put(SSL + "truststore.location", "nowhere.jks");
      assertAnswered(settings);
    }
  }
}
