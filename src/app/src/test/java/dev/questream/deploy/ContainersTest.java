package dev.questream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.config.ConfigSources;
import dev.questream.config.QuestreamConfig;
import dev.questream.testing.Repository;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The compose file and the images: pinned, on loopback, without privileges, with known settings.
 */
class ContainersTest {
  private static final Pattern PINNED =
      Pattern.compile("[a-z0-9./-]+:v?\\d+\\.\\d+[\\w.-]*(@sha256:[0-9a-f]{64})?");

  private static JsonNode services() {
    return DeployFiles.yaml(DeployFiles.text("deploy/compose.yaml")).get(0).path("services");
  }

  @Test
  void shouldPinEveryImageOfTheComposeFile() {
    List<JsonNode> images = services().findValues("image");
    assertThat(images).hasSizeGreaterThan(5);
    DeployFiles.yaml(DeployFiles.text("deploy/compose.yaml"))
        .get(0)
        .findValues("image")
        .forEach(image -> assertThat(image.asText()).matches(PINNED));
    assertThat(services().at("/kafka/image").asText())
        .isEqualTo("apache/kafka:" + DeployFiles.pom("kafka.version"));
  }

  @Test
  void shouldOpenPortsOnLoopbackOnly() {
    int ports = 0;
    for (JsonNode service : services()) {
      for (JsonNode port : service.path("ports")) {
        assertThat(port.asText()).matches("127\\.0\\.0\\.1:\\d+:\\d+");
        ports++;
      }
    }
    assertThat(ports).isGreaterThan(5);
  }

  @Test
  void shouldCheckTheHealthOfEveryServiceThatStays() {
    services().properties().stream()
        .filter(service -> !service.getKey().equals("topics")) // runs once
        .forEach(
            service ->
                assertThat(service.getValue().at("/healthcheck/test").isArray())
                    .as(service.getKey())
                    .isTrue());
  }

  @Test
  void shouldGiveQuestreamOnlySettingsThatItKnows() {
    int settings = 0;
    for (JsonNode service : services()) {
      Map<String, String> environment = DeployFiles.strings(service.path("environment"));
      Map<String, String> merged = ConfigSources.merge(Optional.empty(), environment, Map.of());
      assertThat(new QuestreamConfig(merged).values()).isNotEmpty();
      settings += merged.size();
    }
    assertThat(settings).isGreaterThan(5);
  }

  @Test
  void shouldMountOnlyWhatIsThere() {
    for (JsonNode service : services()) {
      for (JsonNode volume : service.path("volumes")) {
        if (volume.asText().startsWith(".")) {
          assertThat(Repository.path("deploy").resolve(volume.asText().split(":", -1)[0])).exists();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"deploy/Dockerfile", "deploy/Dockerfile.gpu", "deploy/connect/Dockerfile"})
  void shouldBuildFromPinnedImagesThatCanBeReplaced(String file) {
    String dockerfile = DeployFiles.text(file);
    Map<String, String> arguments = new HashMap<>();
    Matcher argument = Pattern.compile("(?m)^ARG (\\w+_IMAGE)=(\\S+)$").matcher(dockerfile);
    while (argument.find()) {
      arguments.put(argument.group(1), argument.group(2));
      assertThat(argument.group(2)).matches(PINNED);
    }
    Matcher from = Pattern.compile("(?m)^FROM (\\S+)").matcher(dockerfile);
    int stages = 0;
    while (from.find()) {
      stages++;
      assertThat(from.group(1)).matches("\\$\\{\\w+_IMAGE}|runtime");
      if (from.group(1).startsWith("$")) {
        assertThat(arguments).containsKey(from.group(1).substring(2, from.group(1).length() - 1));
      }
    }
    assertThat(stages).isGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy/Dockerfile", "deploy/Dockerfile.gpu"})
  void shouldRunWithoutRightsAndWithKnownSettings(String file) {
    String dockerfile = DeployFiles.text(file);
    assertThat(dockerfile)
        .containsPattern("(?m)^USER 10001:10001$")
        .containsPattern("(?m)^STOPSIGNAL SIGTERM$")
        .containsPattern("(?m)^ENTRYPOINT \\[\"java\"")
        .containsPattern("(?m)^HEALTHCHECK .* CMD \\[\"/opt/questream/healthcheck.sh\"]$")
        .doesNotContain("curl", "latest", "ADD ");
    Map<String, String> environment = new HashMap<>();
    Matcher variable = Pattern.compile("[ (](QUESTREAM_\\w+)=([^$\\s\\\\]+)").matcher(dockerfile);
    while (variable.find()) {
      environment.put(variable.group(1), variable.group(2));
    }
    Map<String, String> settings = ConfigSources.merge(Optional.empty(), environment, Map.of());
    assertThat(settings).containsKeys("state.dir", "cache.dir", "http.port", "http.host");
    assertThat(new QuestreamConfig(settings).getInt(QuestreamConfig.HTTP_PORT)).isEqualTo(8080);
    assertThat(Files.isExecutable(Repository.path("deploy/healthcheck.sh"))).isTrue();
  }

  @Test
  void shouldNameTheVersionsOfTheBuild() {
    assertThat(DeployFiles.text("deploy/Dockerfile.gpu"))
        .contains("ARG LIBTORCH_VERSION=" + DeployFiles.pom("libtorch.version"));
    assertThat(DeployFiles.text("deploy/connect/Dockerfile"))
        .contains("apache/kafka:" + DeployFiles.pom("kafka.version"));
    assertThat(
            services().at("/questream/image").asText().isEmpty()
                ? DeployFiles.text("deploy/compose.yaml")
                : services().at("/questream/image").asText())
        .contains("questream:" + DeployFiles.pom("version"));
  }

  /** What a Dockerfile copies from the context must not be ignored. */
  @ParameterizedTest
  @ValueSource(
      strings = {"deploy/Dockerfile", "deploy/Dockerfile.gpu", "deploy/connect/Dockerfile"})
  void shouldSendWhatItCopiesToTheBuild(String file) {
    List<String> sent =
        DeployFiles.text(".dockerignore")
            .lines()
            .filter(line -> line.startsWith("!"))
            .map(line -> line.substring(1))
            .toList();
    Matcher copy =
        Pattern.compile("(?m)^COPY (?:--chmod=\\d+ )?(?!--from)(.+)$")
            .matcher(DeployFiles.text(file));
    int copies = 0;
    while (copy.find()) {
      List<String> words = List.of(copy.group(1).split(" ", -1));
      for (String source : words.subList(0, words.size() - 1)) {
        assertThat(sent).contains(source);
        assertThat(Repository.path(source)).exists();
        copies++;
      }
    }
    assertThat(copies).isPositive();
  }
}
