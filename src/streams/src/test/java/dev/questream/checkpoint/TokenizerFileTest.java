package dev.questream.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.weights.ModelJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other files override in a tokenizer, and what the log says of it. */
class TokenizerFileTest {
  private static final String BERT =
      "{'normalizer': {'type': 'BertNormalizer', 'handle_chinese_chars': true,"
          + " 'strip_accents': null, 'lowercase': true}}";
  private static final String ROBERTA =
      "{'normalizer': null, 'pre_tokenizer': {'type': 'ByteLevel', 'add_prefix_space': true}}";

  private final Logger logger =
      (Logger) org.slf4j.LoggerFactory.getLogger(TokenizerOverrides.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @TempDir Path folder;

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(log);
  }

  private byte[] asRun(String tokenizer, String config) throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), json(config));
    return TokenizerOverrides.asRun(
        folder.resolve("tokenizer.json"),
        json(tokenizer).getBytes(UTF_8),
        TokenizerConfig.in(folder),
        SentenceConfig.in(folder));
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private static JsonNode read(byte[] json) {
    return ModelJson.parse(json, "the tokenizer");
  }

  private List<String> said() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void shouldLeaveATokenizerAloneThatAgrees() throws IOException {
    byte[] same = asRun(BERT, "{'tokenizer_class': 'BertTokenizer', 'strip_accents': true}");
    assertThat(same).isEqualTo(json(BERT).getBytes(UTF_8));
    assertThat(said()).isEmpty();
  }

  @Test
  void shouldSayInOneLineWhatTheConfigurationOverrides() throws IOException {
    byte[] cased =
        asRun(
            BERT,
            "{'tokenizer_class': 'BertTokenizerFast', 'do_lower_case': false,"
                + " 'tokenize_chinese_chars': false}");
    assertThat(read(cased).at("/normalizer/lowercase").booleanValue()).isFalse();
    assertThat(said())
        .singleElement()
        .asString()
        .contains("tokenizer.json", "lowercase=false, strip_accents=false")
        .contains("handle_chinese_chars=false", "as tokenizer_config.json says");
  }

  @Test
  void shouldPutTheSpaceOfARobertaTokenizerAsConfigured() throws IOException {
    byte[] without = asRun(ROBERTA, "{'tokenizer_class': 'RobertaTokenizer'}");
    assertThat(read(without).at("/pre_tokenizer/add_prefix_space").booleanValue()).isFalse();
    assertThat(said()).singleElement().asString().contains("add_prefix_space=false");
    byte[] with =
        asRun(ROBERTA, "{'tokenizer_class': 'RobertaTokenizer', 'add_prefix_space': true}");
    assertThat(with).isEqualTo(json(ROBERTA).getBytes(UTF_8));
  }

  @Test
  void shouldLowerCaseFirstWhatSentenceTransformersLowerCases() throws IOException {
    Files.writeString(
        folder.resolve("sentence_roberta_config.json"), json("{'do_lower_case': true}"));
    JsonNode lower = read(asRun(ROBERTA, "{'tokenizer_class': 'PreTrainedTokenizerFast'}"));
    assertThat(lower.at("/normalizer/normalizers")).hasSize(1);
    assertThat(lower.at("/normalizer/normalizers/0/type").asText()).isEqualTo("Lowercase");
    assertThat(said()).singleElement().asString().contains("as sentence_roberta_config.json says");
  }
}
