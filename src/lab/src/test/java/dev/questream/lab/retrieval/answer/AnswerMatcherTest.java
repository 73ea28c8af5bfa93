package dev.questream.lab.retrieval.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Agreement with DPR's {@code has_answer}, as an independent implementation in Python decides it
 * (scripts/evaluate).
 */
class AnswerMatcherTest {
  private static final Path CASES = Path.of("src/test/resources/retrieval/answer-cases.jsonl");

  /** Set by scripts/evaluate/fuzz_answers.py. */
  private static final String MORE_CASES = "questream.answer.cases";

  private static final ObjectMapper JSON = new ObjectMapper();

  private static List<JsonNode> read(Path file) throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      cases.add(JSON.readTree(line));
    }
    return cases;
  }

  private static void assertAgreement(List<JsonNode> cases) {
    List<String> wrong = new ArrayList<>();
    for (JsonNode each : cases) {
      AnswerMatcher.Mode mode =
          AnswerMatcher.Mode.valueOf(each.path("mode").asText().toUpperCase(Locale.ROOT));
      List<String> answers = new ArrayList<>();
      each.path("answers").forEach(answer -> answers.add(answer.asText()));
      boolean found = AnswerMatcher.of(answers, mode).matches(each.path("text").asText());
      if (found != each.path("expected").asBoolean()) {
        wrong.add(each.toString());
      }
    }
    assertThat(wrong).as("decided otherwise than by DPR, of %d cases", cases.size()).isEmpty();
  }

  @Test
  void shouldDecideAsDprInEveryHandMadeCase() throws IOException {
    List<JsonNode> cases = read(CASES);
    assertThat(cases).hasSizeGreaterThan(300);
    assertThat(cases.stream().filter(each -> each.path("expected").asBoolean()).count())
        .as("both outcomes are well represented")
        .isBetween(cases.size() / 4L, 3 * cases.size() / 4L);
    assertAgreement(cases);
  }

  @Test
  void shouldDecideAsDprInCasesFromOutside() throws IOException {
    String file = System.getProperty(MORE_CASES);
    Assumptions.assumeTrue(file != null, () -> "-D" + MORE_CASES + " names no file");
    assertAgreement(read(Path.of(file)));
  }
}
