package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.questream.checkpoint.TinyCheckpoint.Layout;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ElementType;
import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EncoderCheckpointTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final ModelConfig CONFIG = config(TinyCheckpoint.CONFIG);

  @TempDir Path folder;

  private static ModelConfig config(String json) {
    return ModelConfig.parse(json.getBytes(StandardCharsets.UTF_8), "config.json");
  }

  private static TinyCheckpoint tiny(Layout layout) {
    return TinyCheckpoint.random(layout, SEED);
  }

  private EncoderCheckpoint open(TinyCheckpoint tiny, ModelConfig config) {
    Checkpoint checkpoint = Checkpoint.open(tiny.write(folder.resolve("model.safetensors")));
    return EncoderCheckpoint.of(
        StateDict.of(checkpoint, EncoderRole.QUESTION),
        config,
        List.of(SentenceModule.Pool.of(Pooling.CLS)));
  }

  private static EncoderConfig bert(int heads, double epsilon) {
    return new EncoderConfig(
        2,
        32,
        heads,
        64,
        200,
        64,
        EncoderConfig.Variation.postNorm(epsilon, Activation.GELU, new Positions.Indexed()));
  }

  private String refusal(TinyCheckpoint tiny) {
    ModelException refused = catchThrowableOfType(ModelException.class, () -> open(tiny, CONFIG));
    assertThat(refused).as("seed %d: refused", SEED).isNotNull();
    return refused.getMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "QUESTION,QUESTION",
    "PASSAGE,PASSAGE",
    "PREFIXED,UNIVERSAL",
    "PLAIN,UNIVERSAL",
  })
  void shouldTellTheRoleByTheKeys(Layout layout, EncoderRole role) {
    assertThat(open(tiny(layout), CONFIG).role()).isEqualTo(role);
  }

  @Test
  void shouldTellTheRoleByTheKeysWhateverTheConfigSays() {
    ModelConfig wrong =
        config(
            """
            {"architectures": ["DPRQuestionEncoder"], "num_attention_heads": 4}
            """);
    assertThat(open(tiny(Layout.PASSAGE), wrong).role()).isEqualTo(EncoderRole.PASSAGE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"ROBERTA", "TRAINING"})
  void shouldTellTheDimensionsByTheTensors(Layout layout) {
    EncoderCheckpoint found = open(tiny(layout), CONFIG);
    assertThat(found.config()).isEqualTo(bert(4, 1e-12));
    assertThat(found.output().dimensions()).isEqualTo(32);
  }

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"ROBERTA", "TRAINING"})
  void shouldTellTheProjectionByTheTensors(Layout layout) {
    EncoderCheckpoint bert = open(tiny(layout).projection(16), CONFIG);
    assertThat(bert.output().dimensions()).isEqualTo(16);
    assertThat(bert.read("encode_proj", "weight").shape()).isEqualTo(TensorShape.of(16, 32));
    assertThat(bert.read("encode_proj", "bias").shape()).isEqualTo(TensorShape.of(16));
  }

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"ROBERTA", "TRAINING"})
  void shouldIgnoreWhatIsNotUsed(Layout layout) {
    EncoderCheckpoint bert = open(tiny(layout).pooler().positionIds().projection(8), CONFIG);
    assertThat(bert.output().dimensions()).isEqualTo(8);
  }

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"ROBERTA", "TRAINING"})
  void shouldReadTensorsByTheirPlainNames(Layout layout) {
    TinyCheckpoint tiny = tiny(layout);
    EncoderCheckpoint bert = open(tiny, CONFIG);
    String name = "encoder.layer.1.attention.self.key.weight";
    float[] found = new float[32 * 32];
    bert.read(name.replace(".weight", ""), "weight").data().asFloatBuffer().get(found);
    assertThat(found).as("seed %d", SEED).isEqualTo(tiny.values(name));
    assertThatThrownBy(() -> bert.read("pooler.dense", "weight"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("pooler.dense.weight");
  }

  @Test
  void shouldBelieveTheTensorsBeforeTheConfig() {
    ModelConfig wrong =
        config(
            """
            {"num_attention_heads": 8, "num_hidden_layers": 12, "hidden_size": 768,
             "vocab_size": 30522, "projection_dim": 128, "layer_norm_eps": 1e-5}
            """);
    assertThat(open(tiny(Layout.PLAIN), wrong).config()).isEqualTo(bert(8, 1e-5));
  }

  @ParameterizedTest
  @CsvSource({"PLAIN", "PREFIXED", "QUESTION", "PASSAGE", "TRAINING"})
  void shouldRefuseWhatNoConfigTellsTheHeadsOf(Layout layout) {
    assertThatThrownBy(() -> open(tiny(layout), ModelConfig.empty()))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(
            "model.safetensors", "share the width 32", "put the model's config.json");
  }

  @ParameterizedTest
  @CsvSource({"768,12", "1024,16", "384,", "312,", "512,"})
  void shouldKnowTheHeadsOfBertBaseAndLarge(int hidden, Integer heads) {
    Checkpoint stored =
        Checkpoint.open(tiny(Layout.PLAIN).write(folder.resolve("model.safetensors")));
    StateDict wide = StateDict.of(new Wide(stored, hidden), EncoderRole.QUESTION);
    ThrowingCallable opened =
        () ->
            assertThat(
                    EncoderCheckpoint.of(
                            wide, ModelConfig.empty(), List.of(SentenceModule.Pool.of(Pooling.CLS)))
                        .config()
                        .heads())
                .isEqualTo(heads);
    if (heads == null) {
      assertThatThrownBy(opened).hasMessageContaining("share the width " + hidden);
    } else {
      assertThatCode(opened).doesNotThrowAnyException();
    }
  }

  /** The tiny checkpoint with another width, in its shapes alone. */
  private record Wide(Checkpoint stored, int hidden) implements Checkpoint {
    @Override
    public Path file() {
      return stored.file();
    }

    @Override
    public Set<String> names() {
      return stored.names();
    }

    @Override
    public TensorShape shape(String name) {
      TensorShape shape = stored.shape(name);
      long[] sizes = new long[shape.rank()];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = shape.dimension(i) == TinyCheckpoint.HIDDEN ? hidden : shape.dimension(i);
      }
      return TensorShape.of(sizes);
    }

    @Override
    public Tensor read(String name) {
      return stored.read(name);
    }
  }

  @ParameterizedTest
  @CsvSource({"5", "0", "-4", "64"})
  void shouldRefuseHeadsThatDoNotDivideTheWidth(int heads) {
    ModelConfig config = config("{\"num_attention_heads\": " + heads + "}");
    assertThatThrownBy(() -> open(tiny(Layout.PLAIN), config))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("32 hidden", heads + " attention heads");
  }

  @Test
  void shouldListMissingTensorsByName() {
    assertThat(
            refusal(
                tiny(Layout.QUESTION)
                    .without("embeddings.LayerNorm.bias")
                    .without("encoder.layer.1.attention.self.value.weight")))
        .contains(
            folder.resolve("model.safetensors").toString(),
            "missing question_encoder.bert_model.embeddings.LayerNorm.bias",
            "missing question_encoder.bert_model.encoder.layer.1.attention.self.value.weight");
  }

  @Test
  void shouldListUnknownTensorsByName() {
    byte[] four = new byte[4];
    assertThat(
            refusal(
                tiny(Layout.PLAIN)
                    .with("odd.bias", "F32", four, 1)
                    .with("encoder.layer.7.odd.weight", "F32", four, 1)))
        .contains("unknown odd.bias", "unknown encoder.layer.7.odd.weight");
  }

  @Test
  void shouldListMisshapedTensorsByName() {
    assertThat(
            refusal(
                tiny(Layout.PASSAGE)
                    .reshaped("encoder.layer.0.attention.self.key.weight", 31, 32)
                    .reshaped("encoder.layer.0.output.dense.weight", 64, 32)))
        .contains(
            "ctx_encoder.bert_model.encoder.layer.0.attention.self.key.weight has shape [31, 32],"
                + " expected [32, 32]",
            "ctx_encoder.bert_model.encoder.layer.0.output.dense.weight has shape [64, 32],"
                + " expected [32, 64]");
  }

  @Test
  void shouldListTenProblemsAndCountTheRest() {
    TinyCheckpoint tiny = tiny(Layout.PLAIN);
    for (int i = 0; i < 25; i++) {
      tiny.with("odd." + (char) ('a' + i), "F32", new byte[4], 1);
    }
    assertThat(refusal(tiny)).contains("unknown odd.a", "unknown odd.j", "and 15 more");
  }

  @Test
  void shouldReportAMissingLayerInTheMiddle() {
    assertThat(refusal(tiny(Layout.PLAIN).without("encoder.layer.0.output.dense.weight")))
        .contains("holds no layer of a BERT encoder", "encoder.layer.0.output.dense.weight");
    assertThat(refusal(tiny(Layout.PLAIN).without("encoder.layer.1.output.dense.weight")))
        .contains("unknown encoder.layer.1.attention.output.LayerNorm.bias");
  }

  @ParameterizedTest
  @CsvSource({
    "embeddings.position_embeddings.weight",
    "encoder.layer.0.intermediate.dense.weight",
  })
  void shouldNameAMissingTensorThatADimensionComesFrom(String name) {
    assertThat(refusal(tiny(Layout.QUESTION).without(name)))
        .contains("the tensor question_encoder.bert_model." + name + " is missing");
  }

  @Test
  void shouldRefuseWhatIsNoBertAndShowWhatItHolds() {
    TinyCheckpoint tiny = tiny(Layout.PLAIN).without("embeddings.word_embeddings.weight");
    assertThat(refusal(tiny))
        .contains(
            "holds no encoder",
            "embeddings.word_embeddings.weight",
            "it has embeddings.position_embeddings.weight",
            "more");
  }

  @ParameterizedTest
  @CsvSource({
    "embeddings.word_embeddings.weight",
    "embeddings.position_embeddings.weight",
    "encoder.layer.0.intermediate.dense.weight",
    "encode_proj.weight",
  })
  void shouldRefuseAScalarWhereADimensionComesFrom(String name) {
    assertThat(refusal(tiny(Layout.PLAIN).projection(16).reshaped(name))).contains(name);
  }

  @ParameterizedTest
  @CsvSource({
    "embeddings.word_embeddings.weight",
    "embeddings.position_embeddings.weight",
    "encoder.layer.0.intermediate.dense.weight",
    "encode_proj.weight",
  })
  void shouldRefuseAnEmptyTensorOfHugeDimensions(String name) {
    TinyCheckpoint tiny = tiny(Layout.PLAIN).projection(16);
    tiny.with(tiny.storedName(name), "F32", new byte[0], 1L << 40, 0, 1L << 20);
    assertThat(refusal(tiny)).contains(name);
  }

  @Test
  void shouldTakeHalfWidthWeights() {
    EncoderCheckpoint bert =
        open(
            tiny(Layout.PLAIN).with("embeddings.LayerNorm.bias", "BF16", new byte[64], 32), CONFIG);
    assertThat(bert.read("embeddings.LayerNorm", "bias").type()).isEqualTo(ElementType.BFLOAT16);
  }
}
