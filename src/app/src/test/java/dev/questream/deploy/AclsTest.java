package dev.questream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.testing.Acls;
import dev.questream.testing.Acls.Acl;
import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Documentation and Strimzi's resources allow what {@code topology/acls.yaml} says. With {@code
 * -Dquestream.update=true} the page is rewritten.
 */
class AclsTest {
  private static final Path PAGE = Repository.path("docs/secure.md");
  private static final String BEGIN = "<!-- acls: begin -->\n";
  private static final String END = "<!-- acls: end -->\n";
  private static final String FUNCTION =
      """

      ```
      allow() { kafka-acls.sh --bootstrap-server broker:9092 --command-config admin.properties --add \\
        --allow-principal User:questream "$@"; }
      ```
      """;

  private static String commands() {
    StringBuilder text = new StringBuilder(FUNCTION);
    Acls.byCommand()
        .forEach(
            (command, acls) -> {
              text.append("\n`questream %s`:\n\n```\n".formatted(command));
              Map<String, List<String>> operations = new LinkedHashMap<>();
              acls.forEach(
                  acl ->
                      operations
                          .computeIfAbsent(acl.arguments(), resource -> new ArrayList<>())
                          .add("--operation " + acl.operation()));
              operations.forEach(
                  (resource, all) ->
                      text.append("allow %s %s\n".formatted(String.join(" ", all), resource)));
              text.append("```\n");
            });
    return text.append('\n').toString();
  }

  @Test
  void shouldBeDocumented() throws IOException {
    String page = Files.readString(PAGE);
    String fresh =
        page.substring(0, page.indexOf(BEGIN) + BEGIN.length())
            + commands()
            + page.substring(page.indexOf(END));
    if (Boolean.getBoolean("questream.update")) {
      Files.writeString(PAGE, fresh);
      return;
    }
    assertThat(page)
        .as("%s is stale: `mvn test -Dtest=AclsTest -Dquestream.update=true`", PAGE)
        .isEqualTo(fresh);
  }

  @Test
  void shouldBeWhatStrimziAllowsTheApplication() {
    JsonNode user = DeployFiles.yaml(DeployFiles.text("deploy/strimzi/users.yaml")).get(0);
    assertThat(user.at("/metadata/name").asText()).isEqualTo("questream");
    List<Acl> allowed = new ArrayList<>();
    for (JsonNode acl : user.at("/spec/authorization/acls")) {
      for (JsonNode operation : acl.path("operations")) {
        String pattern = acl.at("/resource/patternType").asText();
        allowed.add(
            new Acl(
                acl.at("/resource/type").asText(),
                acl.at("/resource/name").asText(),
                pattern.equals("prefix") ? "prefixed" : pattern,
                operation.asText()));
      }
    }
    assertThat(allowed).containsExactlyInAnyOrderElementsOf(Acls.byCommand().get("run"));
  }
}
