package dev.questream.it.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.Main;
import dev.questream.app.console.Console;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.Topics;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaAnswers;
import dev.questream.it.Launched;
import dev.questream.it.LogCapture;
import dev.questream.model.Encoders;
import dev.questream.testing.Acls;
import dev.questream.testing.Acls.Acl;
import dev.questream.testing.ConstantBackend;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SASL over TLS: what connects, how what does not is refused, and that no secret is shown. */
@Timeout(120)
class SecuredConnectionIT {
  private static final List<String> LISTENERS = List.of("good", "stranger", "expired");
  private static final String USER = "questream";
  private static final String PASSWORD = "canary-of-scram";
  private static final String URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir static Path folder;
  private static Certificates certificates;
  private static TokenEndpoint oauth;
  private static SecuredBroker broker;

  /** How a run ended. */
  private record End(int status, String text, long seconds) {}

  @BeforeAll
  static void start() throws Exception {
    certificates = new Certificates(folder.resolve("certificates")).withBadOnes();
    oauth = new TokenEndpoint(USER, "canary-of-oauth");
    System.setProperty(URLS, oauth.tokenUrl() + "," + oauth.keysUrl());
    broker = new SecuredBroker(folder.resolve("broker"), certificates, LISTENERS, oauthSettings());
    broker.user(USER, PASSWORD);
    List<Acl> acls = new ArrayList<>();
    Acls.byCommand().values().forEach(acls::addAll);
    broker.allow(USER, acls.stream().distinct().toList());
    try (Topics topics = new Topics(superUser())) {
      topics.create();
    }
  }

  private static Map<String, String> oauthSettings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("sasl.oauthbearer.jwks.endpoint.url", oauth.keysUrl());
    settings.put("sasl.oauthbearer.expected.audience", TokenEndpoint.AUDIENCE);
    settings.put("sasl.oauthbearer.expected.issuer", TokenEndpoint.ISSUER);
    for (String listener : LISTENERS) {
      settings.put(
          "listener.name." + listener + ".oauthbearer.sasl.server.callback.handler.class",
          "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler");
    }
    return settings;
  }

  @AfterAll
  static void stop() {
    broker.close();
    oauth.close();
    System.clearProperty(URLS);
  }

  private static QuestreamConfig superUser() {
    return new QuestreamConfig(
        Map.of(
            QuestreamConfig.BOOTSTRAP_SERVERS,
            broker.plain(),
            QuestreamConfig.INPUT_FORMAT,
            "text"));
  }

  /** Settings as Kafka's own tools take them in {@code --command-config}. */
  private static Map<String, String> client(String listener, String trusted) throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("bootstrap.servers", broker.secured(listener));
    settings.put("security.protocol", "SASL_SSL");
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", certificates.trusting(trusted).toString());
    settings.put("sasl.mechanism", "SCRAM-SHA-512");
    settings.put("sasl.jaas.config", jaas("scram.ScramLoginModule", PASSWORD));
    return settings;
  }

  private static String jaas(String module, String password) {
    return "org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s\";"
        .formatted(module, USER, password);
  }

  private static Map<String, String> plain(String password) throws Exception {
    Map<String, String> settings = client("good", "ca");
    settings.put("sasl.mechanism", "PLAIN");
    settings.put("sasl.jaas.config", jaas("plain.PlainLoginModule", password));
    return settings;
  }

  private static Map<String, String> oauth(String secret) throws Exception {
    Map<String, String> settings = client("good", "ca");
    settings.put("sasl.mechanism", "OAUTHBEARER");
    settings.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;");
    settings.put(
        "sasl.login.callback.handler.class",
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler");
    settings.put("sasl.oauthbearer.token.endpoint.url", oauth.tokenUrl());
    settings.put("sasl.oauthbearer.client.credentials.client.id", USER);
    settings.put("sasl.oauthbearer.client.credentials.client.secret", secret);
    settings.put("sasl.login.retry.backoff.max.ms", "200");
    return settings;
  }

  private static Path commandConfig(Map<String, String> client) throws Exception {
    StringBuilder text = new StringBuilder();
    client.forEach((k, v) -> text.append(k + "=" + v + "\n"));
    return Files.writeString(Files.createTempFile(folder, "client-", ".properties"), text);
  }

  private static End topics(Map<String, String> client) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    long start = System.nanoTime();
    int status =
        Main.execute(
            new Console(stream, stream, false),
            "topics",
            "create",
            "--command-config",
            commandConfig(client).toString());
    long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
    return new End(status, out.toString(UTF_8), seconds);
  }

  private static void assertRefused(Map<String, String> client, String... words) throws Exception {
    End end = topics(client);
    assertThat(end.status()).as(end.toString()).isEqualTo(4);
    assertThat(end.text()).contains(words).contains("docs/secure.md").doesNotContain("\tat ");
    assertThat(end.text().strip().lines()).as("one line").hasSize(1);
    assertThat(end.seconds()).as(end.text()).isLessThan(12);
  }

  @Test
  void shouldConnectByScramPlainAndOauth() throws Exception {
    assertThat(topics(client("good", "ca"))).matches(end -> end.status() == 0, "SCRAM");
    assertThat(topics(plain("plain-secret"))).matches(end -> end.status() == 0, "PLAIN");
    assertThat(topics(oauth("canary-of-oauth"))).matches(end -> end.status() == 0, "OAUTHBEARER");
  }

  @Test
  void shouldRefuseAWrongPasswordAtOnce() throws Exception {
    Map<String, String> wrong = client("good", "ca");
    wrong.put("sasl.jaas.config", jaas("scram.ScramLoginModule", "not-it"));
    assertRefused(wrong, "does not accept this user", "invalid credentials", "kafka.sasl.");
    assertRefused(plain("not-it"), "does not accept this user", "kafka.sasl.");
  }

  @Test
  void shouldNotTrustAnotherCertificate() throws Exception {
    assertRefused(client("good", "other"), "no trusted connection", "kafka.ssl.");
    assertRefused(client("stranger", "ca"), "no trusted connection", "localhost");
    assertRefused(client("expired", "ca"), "no trusted connection", "NotAfter");
  }

  @Test
  void shouldSayThatNoTokenIsGiven() throws Exception {
    assertRefused(oauth("not-it"), "no login", "401", "kafka.sasl.");
  }

  /** In a process of its own, where Kafka's libraries log too. */
  @Test
  void shouldShowNoStackTrace() throws Exception {
    Map<String, String> wrong = client("good", "ca");
    wrong.put("sasl.jaas.config", jaas("scram.ScramLoginModule", "not-it"));
    Launched run =
        Launched.application(
                folder, Map.of(), "run", "--command-config", commandConfig(wrong).toString())
            .await();
    assertThat(run.status()).as(run.err()).isEqualTo(4);
    assertThat(run.err()).contains("does not accept this user").doesNotContain("\tat ", "not-it");
  }

  @Test
  void shouldShowNoSecretEvenAtDebug() throws Exception {
    Map<String, String> settings = new HashMap<>();
    client("good", "ca").forEach((key, value) -> settings.put("kafka." + key, value));
    settings.put(QuestreamConfig.BOOTSTRAP_SERVERS, broker.secured("good"));
    settings.remove("kafka.bootstrap.servers");
    settings.put(QuestreamConfig.INPUT_FORMAT, "text");
    settings.put(QuestreamConfig.HTTP_PORT, "0");
    settings.put(QuestreamConfig.STATE_DIR, folder.resolve("state").toString());
    settings.put("kafka.ssl.key.password", "canary-1");
    settings.put("producer.sasl.jaas.config", jaas("scram.ScramLoginModule", PASSWORD));
    settings.put("consumer.sasl.oauthbearer.client.credentials.client.secret", "canary-2");
    settings.put("streams.main.consumer.ssl.key.password", "canary-3");
    settings.put("producer.plugin.api.token", "canary-4");
    settings.put("kafka.plugin.secret", "canary-5");
    String shown;
    try (LogCapture log = new LogCapture()) {
      String pages = pages(new QuestreamConfig(settings));
      shown = pages + log.text();
    }
    assertThat(shown).contains("sasl.jaas.config = [hidden]").contains("\"model_id\"");
    assertThat(shown.lines().filter(line -> line.contains("canary"))).isEmpty();
  }

  /** Runs the application until it has answered, then asks it everything over HTTP. */
  private static String pages(QuestreamConfig config) throws Exception {
    StringBuilder pages = new StringBuilder();
    try (KafkaAnswers answers = new KafkaAnswers(superUser());
        QuestreamApplication application =
            QuestreamApplication.start(
                config, observer -> Encoders.batching(config, new ConstantBackend(), observer))) {
      application.awaitRunning(LIMIT);
      try (QuestionProducer producer = new QuestionProducer(config)) {
        producer.sendNow("q", "Who sees this?");
      }
      long end = System.nanoTime() + LIMIT.toNanos();
      while (!answers.any()) {
        application.requireAlive();
        assertThat(System.nanoTime()).isLessThan(end);
      }
      int port = application.httpAddress().orElseThrow().getPort();
      for (String path : List.of("/info", "/metrics", "/health/ready")) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build();
        pages.append(
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
      }
    }
    return pages.toString();
  }
}
