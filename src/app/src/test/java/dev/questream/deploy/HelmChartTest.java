package dev.questream.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.config.ConfigSources;
import dev.questream.config.QuestreamConfig;
import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the chart renders, by a real Helm: the program in the environment variable {@code HELM}, or
 * {@code helm} on the path; without one the tests that need it are skipped.
 */
class HelmChartTest {
  private static final String CHART = Repository.path("deploy/helm/questream").toString();
  @TempDir Path folder;

  private record Output(int status, String text) {}

  private static Output helm(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getenv().getOrDefault("HELM", "helm"));
    command.addAll(List.of(arguments));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, "no Helm: put it on the path, or its path into HELM");
      throw e;
    }
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Output(process.waitFor(), text);
  }

  private Map<String, JsonNode> render(String values) throws Exception {
    Path file = Files.writeString(folder.resolve("values.yaml"), values);
    Output output = helm("template", "r", CHART, "--namespace", "n", "-f", file.toString());
    assertThat(output.status()).as(output.text()).isZero();
    Map<String, JsonNode> resources = new HashMap<>();
    DeployFiles.yaml(output.text()).forEach(r -> resources.put(r.path("kind").asText(), r));
    return resources;
  }

  @Test
  void shouldPassHelmsOwnLint() throws Exception {
    Output output = helm("lint", "--strict", CHART);
    assertThat(output.status()).as(output.text()).isZero();
  }

  @Test
  void shouldRunPodsThatKeepTheirNameAndState() throws Exception {
    Map<String, JsonNode> resources = render("{}");
    assertThat(resources)
        .containsOnlyKeys(
            "StatefulSet", "Service", "ConfigMap", "ServiceAccount", "PodDisruptionBudget");
    JsonNode set = resources.get("StatefulSet").path("spec");
    JsonNode pod = set.at("/template/spec");
    JsonNode container = pod.at("/containers/0");
    assertThat(set.path("replicas").asInt()).isEqualTo(2);
    assertThat(set.path("serviceName").asText())
        .isEqualTo(resources.get("Service").at("/metadata/name").asText());
    assertThat(resources.get("Service").at("/spec/clusterIP").asText()).isEqualTo("None");
    Map<String, String> claims = new HashMap<>();
    set.path("volumeClaimTemplates")
        .forEach(
            c ->
                claims.put(
                    c.at("/metadata/name").asText(),
                    c.at("/spec/resources/requests/storage").asText()));
    assertThat(claims).containsOnlyKeys("state", "cache");
    Map<String, String> environment = new HashMap<>();
    container
        .path("env")
        .forEach(v -> environment.put(v.path("name").asText(), v.path("value").asText()));
    assertThat(container.at("/env/0/valueFrom/fieldRef/fieldPath").asText())
        .isEqualTo("metadata.name");
    assertThat(container.at("/env/0/name").asText()).isEqualTo("QUESTREAM_INSTANCE_ID");
    environment.put("QUESTREAM_INSTANCE_ID", "r-questream-0");
    QuestreamConfig config =
        new QuestreamConfig(ConfigSources.merge(Optional.empty(), environment, Map.of()));
    assertThat(config.getString(QuestreamConfig.STATE_DIR)).startsWith("/var/lib/questream");
    assertThat(config.getString(QuestreamConfig.HTTP_HOST)).isEqualTo("0.0.0.0");
    Map<String, String> mounts = new HashMap<>();
    container
        .path("volumeMounts")
        .forEach(m -> mounts.put(m.path("name").asText(), m.path("mountPath").asText()));
    assertThat(mounts)
        .containsEntry("state", "/var/lib/questream")
        .containsEntry("cache", "/var/cache/questream")
        .containsEntry("tmp", "/tmp");
    assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
    assertThat(container.path("image").asText())
        .isEqualTo("questream:" + DeployFiles.pom("version"));
  }

  @Test
  void shouldProbeAndHaveNoRights() throws Exception {
    JsonNode pod = render("{}").get("StatefulSet").at("/spec/template/spec");
    JsonNode container = pod.at("/containers/0");
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health/live");
    assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/health/live");
    assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
    assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
    assertThat(container.at("/resources/requests/cpu").asText()).isNotEmpty();
  }

  @Test
  void shouldWriteSettingsThatQuestreamReadsBack() throws Exception {
    String properties =
        render(
                "settings: {pending.max.bytes: 134217728, encoder.prefix: ' a\\b: ', encoder.coalesce: false,"
                    + " encoder.precision.min.cosine: 0.995}")
            .get("ConfigMap")
            .at("/data/questream.properties")
            .asText();
    Path file = Files.writeString(folder.resolve("questream.properties"), properties);
    Map<String, String> settings = ConfigSources.merge(Optional.of(file), Map.of(), Map.of());
    assertThat(settings)
        .containsEntry("pending.max.bytes", "134217728")
        .containsEntry("encoder.prefix", " a\\b: ")
        .containsEntry("encoder.coalesce", "false")
        .containsEntry("encoder.precision.min.cosine", "0.995")
        .containsEntry("streams.replication.factor", "3");
    assertThat(new QuestreamConfig(settings).values()).isNotEmpty();
  }

  @Test
  void shouldScaleByLagUseAGpuAndBeScraped() throws Exception {
    Map<String, JsonNode> resources =
        render(
            """
            gpu: {enabled: true, runtimeClassName: nvidia}
            autoscaling: {enabled: true, lagThreshold: 700}
            podMonitor: {enabled: true}
            cache: {size: 9Gi, copyFromImage: true}
            settings: {application.id: mine, questions.topic: asked}
            """);
    JsonNode set = resources.get("StatefulSet").path("spec");
    assertThat(set.has("replicas")).as("KEDA owns the number of instances").isFalse();
    JsonNode container = set.at("/template/spec/containers/0");
    assertThat(container.at("/resources/limits").path("nvidia.com/gpu").asInt()).isEqualTo(1);
    assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
    assertThat(container.path("image").asText()).endsWith("-gpu");
    assertThat(set.at("/template/spec/runtimeClassName").asText()).isEqualTo("nvidia");
    assertThat(set.at("/template/spec/initContainers/0/name").asText()).isEqualTo("fill-cache");
    JsonNode trigger = resources.get("ScaledObject").at("/spec/triggers/0");
    assertThat(trigger.path("type").asText()).isEqualTo("kafka");
    assertThat(DeployFiles.strings(trigger.path("metadata")))
        .containsEntry("consumerGroup", "mine")
        .containsEntry("topic", "asked")
        .containsEntry("lagThreshold", "700");
    assertThat(resources.get("ScaledObject").at("/spec/scaleTargetRef/name").asText())
        .isEqualTo(resources.get("StatefulSet").at("/metadata/name").asText());
    assertThat(resources.get("PodMonitor").at("/spec/podMetricsEndpoints/0/path").asText())
        .isEqualTo("/metrics");
  }

  @Test
  void shouldRefuseSettingsThatTheChartOwnsAndUnknownValues() throws Exception {
    for (String wrong :
        List.of("settings.state\\.dir=/x", "image.tag=latest", "replica=3", "httpPort=80")) {
      Output output = helm("template", "r", CHART, "--set", wrong);
      assertThat(output.status()).as("%s: %s", wrong, output.text()).isNotZero();
      assertThat(output.text()).contains("schema");
    }
  }

  /** Needs no Helm: the defaults are settings of this version. */
  @Test
  void shouldHaveDefaultsThatQuestreamKnows() {
    JsonNode values =
        DeployFiles.yaml(DeployFiles.text("deploy/helm/questream/values.yaml")).get(0);
    QuestreamConfig config = new QuestreamConfig(DeployFiles.strings(values.path("settings")));
    assertThat(config.streamsSettings()).containsEntry("replication.factor", "3");
    JsonNode chart = DeployFiles.yaml(DeployFiles.text("deploy/helm/questream/Chart.yaml")).get(0);
    assertThat(chart.path("appVersion").asText()).isEqualTo(DeployFiles.pom("version"));
  }
}
