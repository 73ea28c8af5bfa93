package dev.questream.serde.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.questream.avro.Question;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client does about registries that fail. */
@Timeout(60)
class RegistryHttpTest {
  private static final Schema SCHEMA = Question.getClassSchema();

  private final RegistryStandIn first = new RegistryStandIn();
  private final RegistryStandIn second = new RegistryStandIn();

  @AfterEach
  void stop() {
    first.close();
    second.close();
  }

  private static ConfluentRegistryClient client(String urls, String... more) {
    Map<String, String> settings = new HashMap<>();
    settings.put(RegistryConfig.URL, urls);
    settings.put(RegistryConfig.RETRIES_WAIT_MS, "1");
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return new ConfluentRegistryClient(settings);
  }

  private String both() {
    return first.url() + " , " + second.url();
  }

  private static String closedUrl() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://localhost:" + socket.getLocalPort();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503})
  void shouldAskAgainWhatMayPass(int status) {
    first.answerNext(status, "later");
    first.answerNext(status, "later");
    assertThat(client(first.url()).idFor("a", SCHEMA)).isEqualTo(RegistryStandIn.FIRST_ID);
    assertThat(first.requests()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 400, 401, 403, 404, 409, 422})
  void shouldNotAskAgainWhatIsSettled(int status) {
    first.answerAlways(status, "no");
    assertThatThrownBy(() -> client(both()).idFor("a", SCHEMA))
        .isInstanceOf(SchemaRegistryException.class);
    assertThat(first.requests()).hasSize(1);
    assertThat(second.requests()).isEmpty();
  }

  @Test
  void shouldGiveUpAfterAsManyTriesAsAreSet() {
    first.answerAlways(503, "closed for lunch");
    assertThatThrownBy(() -> client(first.url(), "max.retries", "2").idFor("a", SCHEMA))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("closed for lunch")
        .hasMessageContaining("tried 3 times");
    assertThat(first.requests()).hasSize(3);
  }

  @Test
  void shouldWaitBetweenTriesButNoLongerThanIsSet() {
    first.answerAlways(503, "later");
    ConfluentRegistryClient client =
        client(
            first.url(), "max.retries", "4", "retries.wait.ms", "50", "retries.max.wait.ms", "100");
    long start = System.nanoTime();
    assertThatThrownBy(() -> client.byId(1)).isInstanceOf(SchemaRegistryException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .as("50, 100, 100 and 100 ms, a fifth more or less")
        .isGreaterThan(Duration.ofMillis(270));
  }

  @Test
  void shouldTakeTheNextInstanceAndStayWithIt() throws Exception {
    ConfluentRegistryClient client = client(closedUrl() + "," + both(), "max.retries", "0");
    first.answerNext(503, "later");
    assertThat(client.idFor("a", SCHEMA)).isEqualTo(RegistryStandIn.FIRST_ID);
    assertThat(first.requests()).hasSize(1);
    assertThat(second.requests()).hasSize(1);
    client.idFor("b", SCHEMA);
    assertThat(first.requests()).hasSize(1);
    assertThat(second.requests()).hasSize(2);
  }

  @Test
  void shouldComeBackToTheFirstWhenTheSecondFails() {
    ConfluentRegistryClient client = client(both(), "max.retries", "0");
    first.answerNext(503, "later");
    client.idFor("a", SCHEMA);
    second.answerAlways(503, "mine, too");
    assertThat(client.idFor("b", SCHEMA)).isEqualTo(RegistryStandIn.FIRST_ID);
    assertThat(first.requests()).hasSize(2);
  }

  @Test
  void shouldSayOfEveryInstanceWhatItDid() throws Exception {
    String closed = closedUrl();
    second.answerAlways(503, "closed for lunch");
    SchemaRegistryException failure =
        catchThrowableOfType(
            SchemaRegistryException.class,
            () -> client(closed + "," + second.url(), "max.retries", "1").byId(1));
    assertThat(failure)
        .hasMessageContaining(closed + " is not reachable")
        .hasMessageContaining(second.url() + " refused")
        .hasMessageContaining("closed for lunch")
        .hasMessageContaining("tried 2 times");
  }

  /** The head of the answer comes at once: a time-out that ends with it would not help. */
  @Test
  void shouldNotWaitForAnAnswerThatDoesNotEnd() {
    first.stall();
    long start = System.nanoTime();
    assertThatThrownBy(
            () ->
                client(
                        first.url(),
                        "max.retries",
                        "0",
                        "http.connect.timeout.ms",
                        "300",
                        "http.read.timeout.ms",
                        "300")
                    .byId(1))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("did not answer in 600 ms")
        .hasMessageContaining("http.read.timeout.ms");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void shouldTakeTheNextInstanceForOneThatHangs() {
    first.stall();
    ConfluentRegistryClient client =
        client(both(), "http.connect.timeout.ms", "300", "http.read.timeout.ms", "300");
    assertThat(client.idFor("a", SCHEMA)).isEqualTo(RegistryStandIn.FIRST_ID);
  }

  @Test
  void shouldStopWaitingWhenItsThreadIsInterrupted() {
    first.answerAlways(503, "later");
    ConfluentRegistryClient client = client(first.url(), "retries.wait.ms", "600000");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> client.byId(1))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).as("still interrupted").isTrue();
  }
}
