package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what transformers makes of the same files ({@code scripts/fixtures/make_forms.py}). */
class TokenizerFilesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private JsonNode read() throws IOException {
    return JSON.readTree(TokenizerFiles.read(folder));
  }

  private void assertRefused(String... said) {
    assertThatThrownBy(() -> TokenizerFiles.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContainingAll(said);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void shouldMakeWhatTransformersMakes(int number) throws IOException {
    JsonNode each = JSON.readTree(GOLDEN.resolve("forms/tokenizers.json").toFile()).get(number);
    for (Map.Entry<String, JsonNode> file : each.get("files").properties()) {
      write(file.getKey(), file.getValue().asText());
    }
    assertThat(read()).isEqualTo(each.get("tokenizer"));
  }

  /** The tokenizer of the golden vectors, whose token ids transformers gave for hard texts. */
  @Test
  void shouldMakeTheTokenizerOfTheGoldenVectorsFromItsVocabulary() throws IOException {
    JsonNode golden = JSON.readTree(GOLDEN.resolve("tokenizer.json").toFile());
    String vocabulary =
        golden.at("/model/vocab").properties().stream()
            .sorted(Comparator.comparingInt(token -> token.getValue().asInt()))
            .map(Map.Entry::getKey)
            .collect(Collectors.joining("\n"));
    write("vocab.txt", vocabulary + "\n");
    assertThat(read()).isEqualTo(golden);
    write("vocab.txt", vocabulary.replace("\n", "\r\n"));
    assertThat(read()).isEqualTo(golden);
  }

  @Test
  void shouldPreferTheWholeTokenizer() throws IOException {
    write("vocab.txt", "[UNK]");
    write("tokenizer.json", "{\"whole\": true}");
    assertThat(read().path("whole").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BertJapaneseTokenizer",
        "MPNetTokenizer",
        "PhobertTokenizer",
        "BertweetTokenizer"
      })
  void shouldRefuseTheVocabularyOfAnotherTokenizer(String tokenizer) throws IOException {
    write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n");
    write("tokenizer_config.json", "{\"tokenizer_class\": \"%s\"}".formatted(tokenizer));
    assertRefused("tokenizer.json of its " + tokenizer, "save_pretrained");
  }

  @Test
  void shouldRefuseAVocabularyOfAnotherModel() throws IOException {
    write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n");
    write("config.json", "{\"model_type\": \"mpnet\"}");
    assertRefused("convert its tokenizer", "save_pretrained");
  }

  @Test
  void shouldRefuseSentencePieceAndWhatIsMissing() throws IOException {
    write("sentencepiece.bpe.model", "binary");
    write("config.json", "{\"model_type\": \"xlm-roberta\"}");
    assertRefused("convert its tokenizer", "AutoTokenizer", "save_pretrained");
    write("vocab.json", "{}");
    assertRefused("convert its tokenizer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[UNK]", "[CLS]", "[SEP]"})
  void shouldRefuseAVocabularyWithoutASpecialToken(String missing) throws IOException {
    write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\n".replace(missing + "\n", ""));
    assertRefused("has no " + missing);
  }

  @Test
  void shouldRefuseATokenWithoutAnId() throws IOException {
    write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n");
    write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": {}}}");
    assertRefused("the id x");
  }

  @Test
  void shouldKnowATokenizerByTheNamesOfItsFiles() {
    for (String names : new String[] {"tokenizer.json", "vocab.txt", "vocab.json merges.txt"}) {
      assertThat(ModelFiles.hasTokenizer(java.util.Set.of(names.split(" "))::contains)).isTrue();
    }
    for (String names : new String[] {"vocab.json", "merges.txt", "sentencepiece.bpe.model"}) {
      assertThat(ModelFiles.hasTokenizer(java.util.Set.of(names)::contains)).isFalse();
    }
  }
}
