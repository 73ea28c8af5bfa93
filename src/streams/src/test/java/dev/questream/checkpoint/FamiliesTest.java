package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.checkpoint.TinyCheckpoint.Layout;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FamiliesTest {
  private static final String TYPES = "embeddings.token_type_embeddings.weight";
  private static final String POSITIONS = "embeddings.position_embeddings.weight";

  @TempDir Path folder;

  private static ModelConfig config(String json) {
    return ModelConfig.parse(json.getBytes(StandardCharsets.UTF_8), "config.json");
  }

  private static TinyCheckpoint tiny(Layout layout) {
    return TinyCheckpoint.random(layout, 7);
  }

  private EncoderCheckpoint open(TinyCheckpoint tiny, ModelConfig config) {
    Path file = tiny.write(folder.resolve("model.safetensors"));
    return EncoderCheckpoint.of(
        StateDict.of(Checkpoint.open(file), EncoderRole.QUESTION),
        config,
        List.of(SentenceModule.Pool.of(Pooling.CLS)));
  }

  private EncoderCheckpoint open(TinyCheckpoint tiny) {
    return open(tiny, config("{\"num_attention_heads\": 4}"));
  }

  @ParameterizedTest
  @CsvSource({
    "bert, BERT",
    "dpr, BERT",
    "roberta, RoBERTa",
    "xlm-roberta, RoBERTa",
    "camembert, RoBERTa",
    "distilbert, DistilBERT",
    "mpnet, MPNet",
    "modernbert, ModernBERT"
  })
  void shouldGoByTheModelType(String type, String family) {
    assertThat(Families.declared(config("{\"model_type\": \"%s\"}".formatted(type))))
        .hasValueSatisfying(found -> assertThat(found.label()).isEqualTo(family));
  }

  @ParameterizedTest
  @CsvSource({
    "BertModel, BERT",
    "BertForMaskedLM, BERT",
    "BertForPreTraining, BERT",
    "DPRQuestionEncoder, BERT",
    "DPRContextEncoder, BERT",
    "RobertaModel, RoBERTa",
    "XLMRobertaForMaskedLM, RoBERTa",
    "CamembertModel, RoBERTa",
    "DistilBertForSequenceClassification, DistilBERT",
    "MPNetForMaskedLM, MPNet",
    "ModernBertModel, ModernBERT"
  })
  void shouldGoByTheClassWhereNoModelTypeIsSaid(String architecture, String family) {
    assertThat(Families.declared(config("{\"architectures\": [\"%s\"]}".formatted(architecture))))
        .hasValueSatisfying(found -> assertThat(found.label()).isEqualTo(family));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "t5",
        "albert",
        "electra",
        "deberta",
        "deberta-v2",
        "xlm-roberta-xl",
        "nomic_bert",
        "gpt2",
        "bert-generation",
        "xlnet",
        "qwen2",
        "Bert"
      })
  void shouldRefuseAnotherModelTypeByItsName(String type) {
    assertThatThrownBy(() -> config("{\"model_type\": \"%s\"}".formatted(type)))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "config.json asks for model_type=%s; the families BERT, RoBERTa, DistilBERT, MPNet,"
                + " ModernBERT are supported",
            type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "T5EncoderModel",
        "AlbertModel",
        "ElectraModel",
        "DebertaV2Model",
        "XLMRobertaXLModel",
        "BertGenerationEncoder",
        "XLMModel",
        "NomicBertModel"
      })
  void shouldRefuseAnotherClassByItsName(String architecture) {
    assertThatThrownBy(() -> config("{\"architectures\": [\"%s\"]}".formatted(architecture)))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("architectures=" + architecture, "are supported");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model_type\": \"bert\", \"is_decoder\": true} | is_decoder, a decoder",
        "{\"position_embedding_type\": \"relative_key\"} | position_embedding_type=relative_key",
        "{\"position_embedding_type\": \"alibi\"} | position_embedding_type=alibi",
        "{\"hidden_act\": \"prelu\"} | the activation prelu",
        "{\"activation\": \"xielu\"} | the activation xielu"
      })
  void shouldRefuseByNameWhatItDoesNotCompute(String json, String said) {
    assertThatThrownBy(() -> config(json))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("config.json asks for " + said, "supported");
  }

  @ParameterizedTest
  @CsvSource({"1, 64", "2, 64", "3, 64", "2, 66", "1, 511"})
  void shouldTakeBertWithAnyNumberOfTokenTypesAndPositions(int types, int positions) {
    for (Layout layout : List.of(Layout.QUESTION, Layout.PASSAGE, Layout.PREFIXED, Layout.PLAIN)) {
      EncoderCheckpoint found =
          open(
              tiny(layout).reshaped(TYPES, types, 32).reshaped(POSITIONS, positions, 32),
              config(TinyCheckpoint.CONFIG.replace("64,\n", positions + ",\n")));
      assertThat(found.family()).isEqualTo("BERT");
      assertThat(found.config().maxTokens()).isEqualTo(positions);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 62", "0, 2, 63", "5, 4, 58"})
  void shouldLetRobertasPositionsBeginBehindThePadding(int padding, int types, int maxTokens) {
    EncoderCheckpoint found =
        open(
            tiny(Layout.PLAIN).reshaped(TYPES, types, 32),
            config(
                "{\"model_type\": \"roberta\", \"num_attention_heads\": 4, \"pad_token_id\": %d}"
                    .formatted(padding)));
    assertThat(found.family()).isEqualTo("RoBERTa");
    assertThat(found.config().maxTokens()).isEqualTo(maxTokens);
    assertThat(found.config().variation().positions())
        .isEqualTo(new Positions.BehindPadding(padding));
  }

  @Test
  void shouldTellDprAndPrefixedBertWithoutAConfig() {
    for (Layout layout : List.of(Layout.QUESTION, Layout.PASSAGE, Layout.PREFIXED)) {
      assertThat(open(tiny(layout).reshaped(TYPES, 1, 32)).family()).isEqualTo("BERT");
    }
  }

  /** DPR's own training takes RoBERTa as well, under the same names. */
  @Test
  void shouldTakeTheFilesOfDprsTrainingForBertByTheirRoundTables() {
    TinyCheckpoint tiny = tiny(Layout.TRAINING).reshaped(TYPES, 1, 32);
    assertThat(open(tiny).family()).isEqualTo("BERT");
    tiny.reshaped(POSITIONS, 66, 32);
    assertThatThrownBy(() -> open(tiny))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("may be BERT or RoBERTa");
  }

  @Test
  void shouldTellPrefixedRobertaWithoutAConfig() {
    EncoderCheckpoint found = open(tiny(Layout.ROBERTA));
    assertThat(found.family()).isEqualTo("RoBERTa");
    assertThat(found.config().maxTokens()).isEqualTo(TinyCheckpoint.POSITIONS - 2);
  }

  @Test
  void shouldTellBertByItsRoundTables() {
    assertThat(open(tiny(Layout.PLAIN)).family()).isEqualTo("BERT");
  }

  /** RoBERTa counts positions from another row: taken for BERT it would be silently wrong. */
  @ParameterizedTest
  @CsvSource({"1, 64", "2, 66", "2, 514", "4, 64"})
  void shouldRefuseWhatMayBeEitherAndNoConfigSays(int types, int positions) {
    TinyCheckpoint tiny =
        tiny(Layout.PLAIN).reshaped(TYPES, types, 32).reshaped(POSITIONS, positions, 32);
    assertThatThrownBy(() -> open(tiny))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("may be BERT or RoBERTa");
  }

  @Test
  void shouldRefuseWeightsOfAnotherFamilyThanTheConfigs() {
    assertThatThrownBy(() -> open(tiny(Layout.ROBERTA), config(TinyCheckpoint.CONFIG)))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(
            "holds RoBERTa by the name module.roberta.embeddings.word_embeddings.weight",
            "config.json says BERT");
    assertThatThrownBy(
            () ->
                open(
                    tiny(Layout.PLAIN), config("{\"model_type\": \"distilbert\", \"n_heads\": 4}")))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("DistilBERT");
  }

  @Test
  void shouldRefuseTensorsThatNoFamilyHas() {
    TinyCheckpoint tiny = tiny(Layout.PLAIN);
    tiny.without("encoder.layer.0.attention.self.query.weight");
    assertThatThrownBy(() -> open(tiny))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("holds no encoder of the families BERT, RoBERTa");
  }
}
