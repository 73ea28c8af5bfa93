package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.encoder.EncoderRole;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptsTest {
  @TempDir Path folder;

  private Prompts read(String json) throws IOException {
    Files.writeString(folder.resolve("config_sentence_transformers.json"), json.replace('\'', '"'));
    return Prompts.in(folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        "{'query': 'q: ', 'document': 'd: '} | null | 'q: ' | 'd: '",
        "{'query': 'q: ', 'passage': 'p: '} | null | 'q: ' | 'p: '",
        "{'query': 'q: ', 'document': '', 'corpus': 'c: '} | null | 'q: ' | 'c: '",
        "{'search_query': 's: ', 'search_document': 't: '} | null | 's: ' | 't: '",
        "{'question': 'q: '} | null | 'q: ' | ''",
        "{'query': 'q: ', 'text-matching': 'm: '} | text-matching | 'q: ' | ''",
        "{'query': 'q: '} | query | 'q: ' | ''",
        "{'query': '', 'document': '', 'web': 'w: '} | web | 'w: ' | 'w: '",
        "{'query': null, 'web': 'w: '} | null | '' | ''",
        "{} | null | '' | ''",
      })
  void shouldTakeThePromptOfTheRole(
      String prompts, String fallback, String question, String passage) throws IOException {
    Prompts read =
        read(
            "{'prompts': %s, 'default_prompt_name': %s}"
                .formatted(prompts, fallback == null ? "null" : "'" + fallback + "'"));
    assertThat(read.of(EncoderRole.QUESTION)).isEqualTo(question);
    assertThat(read.of(EncoderRole.PASSAGE)).isEqualTo(passage);
  }

  @Test
  void shouldHaveNoneWithoutTheFile() {
    assertThat(Prompts.in(folder).of(EncoderRole.QUESTION)).isEmpty();
  }

  @Test
  void shouldRefusePromptsThatAreNoTexts() {
    assertThatThrownBy(() -> read("{'prompts': ['q: ']}"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("has prompts that are no object of names and texts");
    assertThatThrownBy(() -> read("{'prompts': {'query': {'text': 'q: '}}}"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("has the prompt query, which is no text");
  }

  @Test
  void shouldRefuseADefaultThatIsNoPrompt() {
    assertThatThrownBy(() -> read("{'prompts': {'a': 'b'}, 'default_prompt_name': 'c'}"))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("config_sentence_transformers.json", "default prompt c", "[a]");
  }
}
