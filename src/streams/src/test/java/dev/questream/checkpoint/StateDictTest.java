package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.encoder.EncoderRole;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateDictTest {
  private static final String WORDS = "embeddings.word_embeddings.weight";
  private static final String DENSE = "encoder.layer.0.output.dense.weight";

  /** A checkpoint of which only the names matter. */
  private record Names(Set<String> names) implements Checkpoint {
    @Override
    public Path file() {
      return Path.of("pytorch_model.bin");
    }

    @Override
    public TensorShape shape(String name) {
      return TensorShape.of(name.length());
    }

    @Override
    public Tensor read(String name) {
      throw new ModelException("read " + name);
    }
  }

  private static Checkpoint checkpoint(String... names) {
    return new Names(new TreeSet<>(Arrays.asList(names)));
  }

  private static StateDict question(String... names) {
    return StateDict.of(checkpoint(names), EncoderRole.QUESTION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bert.",
        "roberta.",
        "distilbert.",
        "mpnet.",
        "module.",
        "model.",
        "module.bert.",
        "model.bert.",
        "module.model.bert.",
        "0.auto_model.",
        "auto_model.",
        "encoder.",
        "encoder.model.",
        "transformer.",
        "question_encoder.bert_model.",
        "question_model.",
        "module.question_model."
      })
  void shouldTakeAwayWhateverStandsBeforeTheEncoder(String prefix) {
    StateDict weights = question(prefix + WORDS, prefix + DENSE);
    assertThat(weights.names()).containsExactly(WORDS, DENSE);
    assertThat(weights.shape(DENSE)).isEqualTo(TensorShape.of((prefix + DENSE).length()));
    assertThat(weights.storedName(DENSE)).isEqualTo(prefix + DENSE);
    assertThatThrownBy(() -> weights.read(DENSE)).hasMessage("read " + prefix + DENSE);
  }

  @Test
  void shouldTakeAwayTheMarksOfCompilersAndShards() {
    StateDict weights =
        question(
            "_orig_mod.bert." + WORDS,
            "_orig_mod.bert.encoder.layer.0._fsdp_wrapped_module.output.dense.weight",
            "_orig_mod.bert.encoder.layer.1._checkpoint_wrapped_module.output.dense.weight");
    assertThat(weights.names())
        .containsExactly(WORDS, DENSE, "encoder.layer.1.output.dense.weight");
  }

  @Test
  void shouldReadTensorFlowsNamesOfNorms() {
    assertThat(question(WORDS, "embeddings.LayerNorm.gamma", "embeddings.LayerNorm.beta").names())
        .containsExactly("embeddings.LayerNorm.bias", "embeddings.LayerNorm.weight", WORDS);
  }

  @ParameterizedTest
  @CsvSource({
    "'',pooler.dense.weight",
    "bert.,bert.pooler.dense.bias",
    "bert.,cls.predictions.transform.LayerNorm.gamma",
    "bert.,cls.predictions.decoder.weight",
    "bert.,cls.seq_relationship.weight",
    "module.bert.,module.cls.predictions.bias",
    "bert.,classifier.weight",
    "bert.,qa_outputs.bias",
    "roberta.,lm_head.layer_norm.weight",
    "roberta.,classifier.out_proj.weight",
    "mpnet.,lm_head.decoder.weight",
    "distilbert.,vocab_transform.weight",
    "distilbert.,vocab_layer_norm.bias",
    "distilbert.,vocab_projector.weight",
    "distilbert.,pre_classifier.weight",
    "model.,head.dense.weight",
    "model.,decoder.bias",
    "bert.,bert.embeddings.position_ids",
    "roberta.,roberta.embeddings.token_type_ids"
  })
  void shouldLeaveOutWhatNoVectorNeeds(String prefix, String other) {
    assertThat(question(prefix + WORDS, prefix + DENSE, other).names())
        .containsExactly(WORDS, DENSE);
  }

  @ParameterizedTest
  @CsvSource({
    "bert.,embeddingHead.weight",
    "bert.,encoder.layer.12.output.dense.weight",
    "bert.,cls.weight",
    "span_predictor.encoder.bert_model.,span_predictor.qa_classifier.weight",
    "0.auto_model.,2.linear.weight",
    "text_encoder.,vision.patch.weight",
    "module.bert.,decoder.layer.0.weight"
  })
  void shouldRefuseOtherTensorsBesideAnEncoder(String prefix, String other) {
    assertThatThrownBy(() -> question(prefix + WORDS, prefix + DENSE, other))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("beside the encoder", other);
  }

  @Test
  void shouldKeepUnknownTensorsInsideAnEncoder() {
    assertThat(question("bert." + WORDS, "bert.encoder.layer.0.crossattention.bias").names())
        .contains("encoder.layer.0.crossattention.bias");
  }

  @ParameterizedTest
  @CsvSource({
    "question_encoder.bert_model.,question_encoder.encode_proj.weight",
    "question_model.,question_model.encode_proj.weight",
    "bert.,encode_proj.weight",
    "module.bert.,module.encode_proj.weight"
  })
  void shouldFindTheProjectionInsideOrBesideTheEncoder(String prefix, String projection) {
    StateDict weights = question(prefix + WORDS, projection);
    assertThat(weights.names()).containsExactly(WORDS, "encode_proj.weight");
    assertThat(weights.storedName("encode_proj.weight")).isEqualTo(projection);
  }

  @ParameterizedTest
  @CsvSource({
    "bert.,UNIVERSAL",
    "question_encoder.bert_model.,QUESTION",
    "rag.question_encoder.question_encoder.bert_model.,QUESTION",
    "question_model.,QUESTION",
    "ctx_encoder.bert_model.,PASSAGE",
    "module.ctx_model.,PASSAGE"
  })
  void shouldTellTheRoleByTheNames(String prefix, EncoderRole role) {
    assertThat(question(prefix + WORDS).role()).isEqualTo(role);
  }

  @ParameterizedTest
  @CsvSource({
    "QUESTION,question_model.,QUESTION",
    "UNIVERSAL,question_model.,QUESTION",
    "PASSAGE,ctx_model.,PASSAGE"
  })
  void shouldTakeTheSideThatIsAskedFor(EncoderRole asked, String prefix, EncoderRole role) {
    Checkpoint both =
        checkpoint(
            "question_model." + WORDS,
            "question_model." + DENSE,
            "ctx_model." + WORDS,
            "ctx_model." + DENSE,
            "ctx_model.encode_proj.weight",
            "question_model.encode_proj.weight");
    StateDict weights = StateDict.of(both, asked);
    assertThat(weights.role()).isEqualTo(role);
    assertThat(weights.names()).containsExactly(WORDS, "encode_proj.weight", DENSE);
    assertThat(weights.storedName(DENSE)).isEqualTo(prefix + DENSE);
    assertThat(weights.storedName("encode_proj.weight")).isEqualTo(prefix + "encode_proj.weight");
    assertThat(StateDict.holdsBothSides(both)).isTrue();
    assertThat(StateDict.holdsBothSides(checkpoint("ctx_model." + WORDS))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "model.,model_ema.",
    "encoder.,decoder.bert.",
    "question_model.,student.",
    "a.question_model.,b.question_model."
  })
  void shouldRefuseSeveralEncoders(String first, String second) {
    assertThatThrownBy(() -> question(first + WORDS, second + WORDS))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("several encoders", first, second);
  }

  @Test
  void shouldRefuseOneTensorUnderTwoNames() {
    assertThatThrownBy(
            () -> question(WORDS, "embeddings.LayerNorm.gamma", "embeddings.LayerNorm.weight"))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(
            "twice", "embeddings.LayerNorm.gamma", "embeddings.LayerNorm.weight");
  }

  @Test
  void shouldShowWhatAFileWithoutAnEncoderHolds() {
    assertThatThrownBy(() -> question("shared.weight", "lm_head.weight"))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("holds no encoder", "it has lm_head.weight, shared.weight");
  }
}
