package dev.questream.lab.distil;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What work that lies in a folder was made of. What was made of something else is never gone on
 * with.
 *
 * @param facts by the options' names; of files and models, hashes
 */
record Identity(Map<String, String> facts) {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final String FILE = "made-of.json";
  private static final int SHA256_LENGTH = 64;
  private static final int SHOWN_HASH = 12;

  Identity {
    facts = new TreeMap<>(facts);
  }

  /** The digest of questions with their answers. */
  static String digest(List<QuestionAnswers> questions) {
    MessageDigest digest = Sha256.newDigest();
    for (QuestionAnswers question : questions) {
      digest.update(JSON.valueToTree(question).toString().getBytes(UTF_8));
    }
    return Sha256.hex(digest);
  }

  /**
   * Makes a folder that is of this, or takes the one that is.
   *
   * @throws FatalException if it is of something else; the message says in what it differs
   */
  void claim(Path folder) throws IOException {
    if (Files.exists(folder) && WorkFolder.isBare(folder)) {
      WorkFolder.delete(folder);
    }
    if (!Files.exists(folder)) {
      WorkFolder.writeFolder(
          folder, part -> Files.write(part.resolve(FILE), JSON.writeValueAsBytes(facts)));
      return;
    }
    Path file = folder.resolve(FILE);
    List<String> differing =
        Files.exists(file) ? differing(read(file)) : List.of("nothing says what it is of");
    if (!differing.isEmpty()) {
      throw new FatalException(
          ExitCode.USAGE,
          "%s holds other work: %s; give the same again to go on with it, remove it to begin anew, or name another folder with --work"
              .formatted(folder, String.join(", ", differing)));
    }
  }

  private static Map<String, String> read(Path file) throws IOException {
    try {
      return JSON.readValue(Files.readAllBytes(file), new TypeReference<Map<String, String>>() {});
    } catch (JsonProcessingException e) {
      throw WorkFolder.damaged(file.getParent(), e);
    }
  }

  private List<String> differing(Map<String, String> before) {
    Map<String, String> all = new TreeMap<>(before);
    all.putAll(facts);
    List<String> differing = new ArrayList<>();
    for (String name : all.keySet()) {
      String then = before.getOrDefault(name, "nothing");
      String now = facts.getOrDefault(name, "nothing");
      if (!then.equals(now)) {
        differing.add("%s was %s and is %s".formatted(name, shown(then), shown(now)));
      }
    }
    return differing;
  }

  private static String shown(String value) {
    return value.length() == SHA256_LENGTH ? value.substring(0, SHOWN_HASH) + "…" : value;
  }
}
