package dev.questream.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.deploy.PromQl;
import dev.questream.it.KafkaFixture;
import dev.questream.testing.Repository;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every query of the dashboard and of the alert rules asks for metrics and labels that a running
 * application has; and the containers' health check tells a healthy instance from a dead one.
 */
@Timeout(180)
@EnabledOnOs({OS.LINUX, OS.MAC})
class DashboardIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path SCRAPE = Repository.path("target/deploy/scrape.txt");
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*})? \\S+");
  private static final Pattern LABEL = Pattern.compile("[{,]([a-zA-Z_][a-zA-Z0-9_]*)=\"");

  /** What Prometheus itself adds to what it scrapes. */
  private static final Set<String> OF_PROMETHEUS = Set.of("up");

  private static final Set<String> LABELS_OF_PROMETHEUS = Set.of("job", "instance");
  @TempDir Path folder;

  @Test
  void shouldAskForWhatARunningApplicationHas() throws Exception {
    String scrape;
    EmbeddedBroker broker = KafkaFixture.broker();
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    QuestreamConfig config = kafka.config(Map.of("http.port", "0", "encoder.precision", "fp32"));
    int port;
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      application.awaitRunning(LIMIT);
      port = application.httpAddress().orElseThrow().getPort();
      kafka.ask(config, Map.of("a", "Who wrote Hamlet?", "b", " "));
      assertThat(kafka.read(config, 2, LIMIT)).hasSize(2);
      System.gc(); // the collector's metrics are there only once it has paused
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                String metrics = get(port, "/metrics");
                return metrics.contains("records_lag_max") && metrics.contains("jvm_gc_pause");
              });
      scrape = get(port, "/metrics");
      assertThat(healthCheck(port, "/health/live")).isZero();
      assertThat(healthCheck(port, "/no/such/path")).isNotZero();
    }
    assertThat(healthCheck(port, "/health/live")).isNotZero();
    Files.createDirectories(SCRAPE.getParent());
    Files.writeString(SCRAPE, scrape); // for promtool: scripts/check-deploy.sh
    check(scrape, "dashboard", dashboardQueries());
    check(scrape, "alert rules", alertQueries());
  }

  private static void check(String scrape, String where, List<String> queries) {
    assertThat(queries).as(where).isNotEmpty();
    Set<String> names = new TreeSet<>(OF_PROMETHEUS);
    Set<String> labels = new TreeSet<>(LABELS_OF_PROMETHEUS);
    Matcher sample = SAMPLE.matcher(scrape);
    while (sample.find()) {
      names.add(sample.group(1));
    }
    Matcher label = LABEL.matcher(scrape);
    while (label.find()) {
      labels.add(label.group(1));
    }
    for (String query : queries) {
      PromQl asked = PromQl.parse(query);
      assertThat(asked.metrics()).as("%s: metrics of %s", where, query).isNotEmpty();
      assertThat(names).as("%s: metrics of %s", where, query).containsAll(asked.metrics());
      assertThat(labels).as("%s: labels of %s", where, query).containsAll(asked.labels());
    }
  }

  private static List<String> dashboardQueries() throws Exception {
    List<String> queries = new ArrayList<>();
    JsonNode dashboard =
        new ObjectMapper().readTree(Repository.path("deploy/grafana/questream.json").toFile());
    for (JsonNode expression : dashboard.findValues("expr")) {
      queries.add(expression.asText().replace("$__rate_interval", "1m"));
    }
    for (JsonNode variable : dashboard.at("/templating/list")) {
      Matcher values =
          Pattern.compile("label_values\\((\\w+), *\\w+\\)")
              .matcher(variable.path("query").asText());
      if (values.matches()) {
        queries.add(values.group(1));
      }
    }
    return queries;
  }

  private static List<String> alertQueries() throws Exception {
    List<String> queries = new ArrayList<>();
    for (JsonNode rule :
        new YAMLMapper()
            .readTree(Repository.path("deploy/prometheus/alerts.yml").toFile())
            .findValues("expr")) {
      queries.add(rule.asText());
    }
    return queries;
  }

  private static String get(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://localhost:%d%s".formatted(port, path)))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static int healthCheck(int port, String path) throws Exception {
    ProcessBuilder check =
        new ProcessBuilder("bash", Repository.path("deploy/healthcheck.sh").toString(), path);
    check.environment().put("QUESTREAM_HTTP_PORT", Integer.toString(port));
    check.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return check.start().waitFor();
  }
}
