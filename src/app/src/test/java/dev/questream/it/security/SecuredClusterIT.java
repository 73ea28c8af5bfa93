package dev.questream.it.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.questream.app.Main;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaAnswers;
import dev.questream.model.Encoders;
import dev.questream.serde.DeadLetterHeaders;
import dev.questream.testing.Acls;
import dev.questream.testing.Acls.Acl;
import dev.questream.testing.ConstantBackend;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command with exactly the permissions of {@code topology/acls.yaml}, and with each of them
 * taken away: all are enough, and none is too many. For the longer lists of {@code topics create}
 * and {@code dlq} that is done with {@code -Dquestream.acls=all} only; otherwise the first is taken
 * away.
 */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecuredClusterIT {
  private static final Map<String, List<Acl>> ACLS = Acls.byCommand();
  private static final List<String> OF_CHANGELOG = List.of("Create", "Alter");
  private static final String APPLICATION = "questream";
  private static final String PERSON = "person";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir static Path folder;
  private static SecuredBroker broker;
  private static Path trusted;
  private static int runs;

  /** How a run ended. */
  private record End(int status, String text) {}

  @BeforeAll
  static void start() throws Exception {
    Certificates certificates = new Certificates(folder.resolve("certificates"));
    broker = new SecuredBroker(folder.resolve("broker"), certificates, List.of("good"), Map.of());
    trusted = certificates.trusting("ca");
    broker.user(APPLICATION, "its-password");
    broker.user(PERSON, "his-password");
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static Map<String, String> settings(String user, String password) {
    Map<String, String> settings = new HashMap<>();
    settings.put(QuestreamConfig.BOOTSTRAP_SERVERS, broker.secured("good"));
    settings.put(QuestreamConfig.INPUT_FORMAT, "text");
    settings.put(QuestreamConfig.INSTANCE_ID, "0"); // back at once after a failure
    settings.put(QuestreamConfig.STATE_DIR, folder.resolve("state-" + runs++).toString());
    settings.put("kafka.security.protocol", "SASL_SSL");
    settings.put("kafka.ssl.truststore.type", "PEM");
    settings.put("kafka.ssl.truststore.location", trusted.toString());
    settings.put("kafka.sasl.mechanism", "SCRAM-SHA-512");
    settings.put(
        "kafka.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, password));
    return settings;
  }

  private static QuestreamConfig superUser() {
    return new QuestreamConfig(
        Map.of(
            QuestreamConfig.BOOTSTRAP_SERVERS,
            broker.plain(),
            QuestreamConfig.INPUT_FORMAT,
            "text"));
  }

  private static End command(String... arguments) throws Exception {
    StringBuilder text = new StringBuilder();
    settings(PERSON, "his-password").forEach((k, v) -> text.append(k + "=" + v + "\n"));
    Path file = Files.writeString(folder.resolve("person.properties"), text);
    List<String> line = new ArrayList<>(List.of(arguments));
    line.addAll(List.of("--config", file.toString()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    int status = Main.execute(new Console(stream, stream, false), line.toArray(String[]::new));
    return new End(status, out.toString(UTF_8));
  }

  /** Starts the application, asks one question, waits for the answer. */
  private static End application() {
    return application(settings(APPLICATION, "its-password"));
  }

  private static End application(Map<String, String> settings) {
    QuestreamConfig config = new QuestreamConfig(settings);
    try (KafkaAnswers answers = new KafkaAnswers(superUser());
        QuestreamApplication application =
            QuestreamApplication.start(
                config, observer -> Encoders.batching(config, new ConstantBackend(), observer))) {
      application.awaitRunning(LIMIT);
      try (QuestionProducer producer = new QuestionProducer(superUser())) {
        producer.sendNow("q" + runs, "What is allowed?");
      }
      long end = System.nanoTime() + LIMIT.toNanos();
      while (System.nanoTime() < end) {
        application.requireAlive();
        if (answers.any()) {
          return new End(0, "answered");
        }
      }
      return new End(-1, "no answer, and no failure");
    } catch (FatalException e) {
      return new End(e.exitCode().status(), e.getMessage());
    }
  }

  private interface Run {
    End end() throws Exception;
  }

  /** Takes each permission away, and says what came of it. */
  private static void assertEachIsNeeded(String command, String user, Run run) throws Exception {
    Map<Acl, String> wrong = new LinkedHashMap<>();
    List<Acl> tried = ACLS.get(command);
    if (command.contains(" ") && !"all".equals(System.getProperty("questream.acls"))) {
      tried = tried.subList(0, 1);
    }
    for (Acl acl : tried) {
      List<Acl> others = new ArrayList<>(ACLS.get(command));
      others.remove(acl);
      broker.allow(user, others);
      long start = System.nanoTime();
      End end = run.end();
      long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
      boolean named = acl.resource().equals("transactionalId") || end.text().contains(acl.name());
      if (end.status() != ExitCode.KAFKA.status()
          || !named
          || !end.text().contains("docs/secure.md")
          || end.text().contains("\tat ")
          || seconds > 10) {
        wrong.put(acl, end + " after " + seconds + " s");
      }
    }
    assertThat(wrong).as("%s: missing permissions that did not fail clearly", command).isEmpty();
    broker.allow(user, ACLS.get(command));
  }

  @Test
  @Order(1)
  void shouldCreateTopics() throws Exception {
    assertEachIsNeeded("topics create", PERSON, () -> command("topics", "create"));
    assertThat(command("topics", "create").status()).isZero();
    makeSmall("questions");
  }

  /** Fewer partitions are fewer tasks, which start sooner. */
  private static void makeSmall(String name) throws Exception {
    NewTopic small = new NewTopic(name, 1, (short) 1);
    broker.admin().deleteTopics(List.of(name)).all().get();
    await()
        .ignoreExceptions()
        .until(() -> broker.admin().createTopics(List.of(small)).all().get() == null);
  }

  @Test
  @Order(2)
  void shouldRunTheApplication() throws Exception {
    List<Acl> create =
        ACLS.get("run").stream().filter(acl -> acl.operation().equals("Create")).toList();
    assertThat(create).hasSize(1);
    List<Acl> others = new ArrayList<>(ACLS.get("run"));
    others.removeAll(create);
    broker.allow(APPLICATION, others);
    assertThat(application().text())
        .as("its changelog is not there yet")
        .contains(create.get(0).name(), "docs/secure.md");
    broker.allow(APPLICATION, ACLS.get("run"));
    assertThat(application().text()).isEqualTo("answered");
  }

  /** The changelog is there now and wide enough, so to create or alter it is not needed. */
  @Test
  @Order(3)
  void shouldNotRunWithLess() throws Exception {
    List<Acl> all = ACLS.get("run");
    ACLS.put("run", all.stream().filter(acl -> !OF_CHANGELOG.contains(acl.operation())).toList());
    try {
      assertEachIsNeeded("run", APPLICATION, SecuredClusterIT::application);
    } finally {
      ACLS.put("run", all);
    }
  }

  @Test
  @Order(4)
  void shouldSayHowToGoOnWithMorePartitions() throws Exception {
    List<Acl> all = ACLS.get("run");
    broker.allow(
        APPLICATION, all.stream().filter(acl -> !acl.operation().equals("Alter")).toList());
    String command = "--alter --topic questream-pending-questions-changelog --partitions 2`";
    Map<String, String> settings = settings(APPLICATION, "its-password");
    settings.put("consumer.metadata.max.age.ms", "500");
    QuestreamConfig config = new QuestreamConfig(settings);
    try (QuestreamApplication application =
        QuestreamApplication.start(
            config, observer -> Encoders.batching(config, new ConstantBackend(), observer))) {
      application.awaitRunning(LIMIT);
      broker.admin().createPartitions(Map.of("questions", NewPartitions.increaseTo(2))).all().get();
      assertThatThrownBy(application::awaitStopped)
          .isInstanceOfSatisfying(
              FatalException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.KAFKA))
          .hasMessageContaining(command)
          .hasMessageContaining("nothing is lost");
    }
    assertThat(application()).matches(end -> end.status() == ExitCode.KAFKA.status());
    assertThat(application().text()).contains(command, "docs/secure.md");
    broker.allow(APPLICATION, all);
    assertThat(application().text()).isEqualTo("answered");
  }

  @Test
  @Order(5)
  void shouldSkipWhatIsUnchangedWithTheRightsOnItsChangelog() throws Exception {
    List<Acl> all = new ArrayList<>(ACLS.get("run"));
    broker.allow(APPLICATION, all);
    Map<String, String> settings = settings(APPLICATION, "its-password");
    settings.put(QuestreamConfig.UNCHANGED, "skip");
    assertThat(application(settings).text())
        .contains("questream-question-digests-changelog", "docs/secure.md");
    all.addAll(ACLS.get("run --set unchanged=skip"));
    broker.allow(APPLICATION, all);
    assertThat(application(settings).text()).isEqualTo("answered");
  }

  @Test
  @Order(5)
  void shouldRunAtLeastOnceWithoutTransactions() throws Exception {
    broker.allow(
        APPLICATION,
        ACLS.get("run").stream().filter(acl -> !acl.resource().equals("transactionalId")).toList());
    Map<String, String> settings = settings(APPLICATION, "its-password");
    settings.put(QuestreamConfig.PROCESSING_GUARANTEE, "at_least_once");
    QuestreamConfig config = new QuestreamConfig(settings);
    try (QuestreamApplication application =
        QuestreamApplication.start(
            config, observer -> Encoders.batching(config, new ConstantBackend(), observer))) {
      application.awaitRunning(LIMIT);
    }
  }

  @Test
  @Order(6)
  void shouldAskAndTail() throws Exception {
    broker.allow(APPLICATION, ACLS.get("run"));
    QuestreamConfig config = new QuestreamConfig(settings(APPLICATION, "its-password"));
    try (QuestreamApplication application =
        QuestreamApplication.start(
            config, observer -> Encoders.batching(config, new ConstantBackend(), observer))) {
      application.awaitRunning(LIMIT);
      Run ask = () -> command("ask", "What may I?", "--timeout", "10");
      assertEachIsNeeded("ask", PERSON, ask);
      assertThat(ask.end()).matches(end -> end.status() == 0, "answered");
    }
    Run tail = () -> command("tail", "--from-beginning", "--limit", "1");
    assertEachIsNeeded("tail", PERSON, tail);
    assertThat(tail.end().status()).isZero();
  }

  @Test
  @Order(7)
  void shouldListAndReplayDeadLetters() throws Exception {
    letter(0);
    Run replay = () -> command("dlq", "replay");
    List<Acl> all = ACLS.get("dlq replay");
    // What is looked at only once the journal is there; it is created by a run with all the rest.
    broker.allow(
        PERSON, all.stream().filter(acl -> !acl.equals(journal("DescribeConfigs"))).toList());
    assertThat(replay.end()).matches(end -> end.status() == 0, "creates the journal");
    letter(1);
    assertEachIsNeeded("dlq replay", PERSON, replay);
    assertThat(replay.end().text()).contains("replayed 1 dead letters");
    Run list = () -> command("dlq", "list");
    assertEachIsNeeded("dlq list", PERSON, list);
    assertThat(list.end()).matches(end -> end.status() == 0, "lists");
  }

  private static Acl journal(String operation) {
    return new Acl("topic", "questream-dlq-replayed", "literal", operation);
  }

  private static void letter(int offset) throws Exception {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>("questions-dlq", "k".getBytes(UTF_8), "a question".getBytes(UTF_8));
    Map.of(
            DeadLetterHeaders.REASON, "unreadable",
            DeadLetterHeaders.SOURCE_TOPIC, "questions",
            DeadLetterHeaders.SOURCE_PARTITION, "0",
            DeadLetterHeaders.SOURCE_OFFSET, Integer.toString(offset))
        .forEach((key, value) -> letter.headers().add(key, value.getBytes(UTF_8)));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            superUser().producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(letter).get();
    }
  }
}
