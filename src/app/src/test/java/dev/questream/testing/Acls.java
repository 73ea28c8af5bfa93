package dev.questream.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code topology/acls.yaml}: what each command needs from Kafka's authorizer. */
public final class Acls {
  private static final Pattern WORD_START = Pattern.compile("(?<=[a-z])(?=[A-Z])");

  private Acls() {}

  /** One permission, in the words of the file, which are those of Strimzi too. */
  public record Acl(String resource, String name, String pattern, String operation) {

    /** The constant of Kafka's enums: {@code transactionalId} is TRANSACTIONAL_ID. */
    public static String constant(String word) {
      Matcher words = WORD_START.matcher(word);
      return words.replaceAll("_").toUpperCase(java.util.Locale.ROOT);
    }

    /** The arguments by which {@code kafka-acls.sh} names the resource. */
    public String arguments() {
      String option =
          Map.of("topic", "--topic", "group", "--group", "transactionalId", "--transactional-id")
              .get(resource);
      return "%s %s%s"
          .formatted(
              option, name, pattern.equals("prefixed") ? " --resource-pattern-type prefixed" : "");
    }
  }

  /** The commands in the order of the file, with what each needs. */
  public static Map<String, List<Acl>> byCommand() {
    try {
      JsonNode file = new YAMLMapper().readTree(Repository.path("topology/acls.yaml").toFile());
      Map<String, List<Acl>> byCommand = new LinkedHashMap<>();
      file.properties()
          .forEach(
              command -> {
                List<Acl> acls = new ArrayList<>();
                command.getValue().forEach(acl -> acls.add(acl(acl)));
                byCommand.put(command.getKey(), acls);
              });
      return byCommand;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Acl acl(JsonNode node) {
    return new Acl(
        node.path("resource").asText(),
        node.path("name").asText(),
        node.path("pattern").asText(),
        node.path("operation").asText());
  }
}
