package dev.questream.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.checkpoint.Activation;
import dev.questream.checkpoint.EncoderConfig;
import dev.questream.checkpoint.Output;
import dev.questream.checkpoint.Positions;
import dev.questream.checkpoint.SentenceModule;
import dev.questream.encoder.Pooling;
import dev.questream.encoder.Precision;
import dev.questream.weights.ElementType;
import dev.questream.weights.Sha256;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncoderGraphTest {
  private static final GraphFormat FP32 = new GraphFormat(Precision.FP32, LinearKernels.LIBTORCH);
  private static final SentenceModule.Pool CLS = SentenceModule.Pool.of(Pooling.CLS);
  private static final SentenceModule.Pool MEAN = SentenceModule.Pool.of(Pooling.MEAN);
  private static final SentenceModule.Normalize NORMALIZE = new SentenceModule.Normalize();
  private static final EncoderConfig.Variation BERT =
      EncoderConfig.Variation.postNorm(1e-12, Activation.GELU, new Positions.Indexed());

  private static SentenceModule.Dense dense(Activation activation) {
    return new SentenceModule.Dense(zeros(16, 32), zeros(16), activation);
  }

  private static Tensor zeros(long... shape) {
    TensorShape dimensions = TensorShape.of(shape);
    ByteBuffer data = ByteBuffer.allocate((int) dimensions.bytes(ElementType.FLOAT32));
    return new Tensor("zeros", ElementType.FLOAT32, dimensions, data);
  }

  private static String source(
      EncoderConfig.Variation variation, GraphFormat format, SentenceModule... steps) {
    EncoderConfig config = new EncoderConfig(2, 32, 4, 64, 200, 64, variation);
    return new EncoderGraph(config, new Output(List.of(steps), 32), format).source();
  }

  private static String source(SentenceModule... steps) {
    return source(BERT, FP32, steps);
  }

  private static String source(EncoderConfig.Variation variation, SentenceModule... steps) {
    return source(variation, FP32, steps);
  }

  private static EncoderConfig.Variation at(Positions positions) {
    return EncoderConfig.Variation.postNorm(1e-12, Activation.GELU, positions);
  }

  private static EncoderConfig.Variation modernBert() {
    return new EncoderConfig.Variation(
        1e-5,
        Activation.GELU,
        new Positions.Rotary(160_000, 10_000, 64, List.of(false, true)),
        true,
        true);
  }

  private static List<String> variations() {
    List<String> sources = new ArrayList<>();
    for (LinearKernels kernels : LinearKernels.values()) {
      for (Precision precision : Precision.values()) {
        if (kernels.multiply(precision)) {
          GraphFormat format = new GraphFormat(precision, kernels);
          for (SentenceModule pool : List.of(CLS, MEAN)) {
            sources.add(source(BERT, format, pool));
            sources.add(source(BERT, format, pool, NORMALIZE));
            sources.add(source(BERT, format, pool, dense(Activation.IDENTITY)));
            sources.add(source(BERT, format, pool, dense(Activation.IDENTITY), NORMALIZE));
            sources.add(source(at(new Positions.BehindPadding(1)), format, pool));
            sources.add(source(at(new Positions.WithDistances(1)), format, pool));
            sources.add(source(modernBert(), format, pool));
          }
        }
      }
    }
    for (Pooling pooling : Pooling.values()) {
      if (pooling != Pooling.CLS && pooling != Pooling.MEAN) {
        sources.add(source(SentenceModule.Pool.of(pooling)));
      }
    }
    for (Activation activation : Activation.values()) {
      if (activation != Activation.GELU) {
        sources.add(
            source(
                EncoderConfig.Variation.postNorm(1e-12, activation, new Positions.Indexed()), CLS));
        sources.add(source(CLS, dense(activation), dense(activation)));
      }
    }
    return sources;
  }

  /** The lines of one source that are missing in another. */
  private static List<String> added(String to, String from) {
    List<String> lines = new ArrayList<>(to.lines().toList());
    from.lines().forEach(lines::remove);
    return lines.stream().map(String::strip).toList();
  }

  /** Imported models are kept under the version: a changed graph must not meet an old archive. */
  @Test
  void shouldHaveANewVersionWhenTheSourceChanges() {
    String all = "%d\n%s".formatted(EncoderGraph.VERSION, String.join("\n", variations()));
    assertThat(Sha256.of(all.getBytes(StandardCharsets.UTF_8)))
        .as("the generated source changed: raise EncoderGraph.VERSION, then put the digest here")
        .isEqualTo("7ac829dc826549ac0b7186bad1e244aa0f1e9aa95bac9dca714fa6c793d81804");
  }

  @Test
  void shouldMakeADifferentSourceForEveryVariation() {
    assertThat(variations()).doesNotHaveDuplicates();
  }

  @Test
  void shouldAddTwoLinesToNormalize() {
    assertThat(added(source(CLS, NORMALIZE), source(CLS)))
        .containsExactly(
            "y = y.to(6)", "y = y / torch.clamp_min(torch.norm(y, 2, [1], True), 1e-12)");
    assertThat(added(source(CLS), source(CLS, NORMALIZE))).isEmpty();
  }

  @Test
  void shouldAddALineForEachLinearLayerAndItsActivation() {
    assertThat(added(source(CLS, dense(Activation.IDENTITY)), source(CLS)))
        .containsExactly("y = self.dense[0].forward(y)");
    assertThat(added(source(CLS, dense(Activation.TANH), dense(Activation.RELU)), source(CLS)))
        .containsExactly(
            "y = self.dense[0].forward(y)",
            "y = torch.tanh(y)",
            "y = self.dense[1].forward(y)",
            "y = torch.relu(y)");
  }

  @Test
  void shouldTreatTheLastLayerApartForClsPoolingOnly() {
    assertThat(source(CLS))
        .contains("last_query : ", "last_kv : ", "def first_tokens(", "def attend_first(")
        .contains("self.last_query.pack(rows)", "self.last_kv.pack(rows)")
        .doesNotContain("def pool(", "self.pool(");
    SentenceModule both = SentenceModule.Pool.of(Pooling.CLS, Pooling.MEAN);
    for (SentenceModule pool : List.of(MEAN, both)) {
      assertThat(source(pool))
          .contains("def pool(", "y = self.pool(x, lengths, counts)")
          .doesNotContain("last_", "first");
    }
    assertThat(source(both))
        .contains("rows.append(torch.cat([states.select(1, 0), torch.mean(states, [1])], 1))");
  }

  @Test
  void shouldUseFusedAttentionOnlyWhereNothingIsAddedToScores() {
    assertThat(source(CLS)).contains("self.fused = True");
    assertThat(source(at(new Positions.BehindPadding(1)), CLS)).contains("self.fused = True");
    assertThat(source(at(new Positions.WithDistances(1)), CLS)).doesNotContain("fused = True");
    assertThat(source(modernBert(), CLS)).doesNotContain("fused = True");
  }

  @Test
  void shouldFillInTheDimensions() {
    assertThat(source(CLS))
        .contains("torch.layer_norm(x, [32], self.weight, self.bias, 1.0000000000")
        .contains("qkv.view([qkv.size(0), 3, 4, 8])", "return self.embedding_norm.wide(x).to(6)")
        .doesNotContain("$", "#");
    assertThat(source(modernBert(), MEAN)).doesNotContain("$", "#");
    assertThat(source(BERT, new GraphFormat(Precision.BF16, LinearKernels.LIBTORCH), CLS))
        .contains("return self.embedding_norm.wide(x).to(15)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LIBTORCH | FP32 | torch.linear(x, self.weight, self.bias)",
        "ONEDNN | FP32 |"
            + " ops.mkldnn._linear_pointwise(x, self.weight, self.bias, \"none\", [], \"\")",
        "ONEDNN_FUSED | BF16 |"
            + " ops.mkldnn._linear_pointwise(x, self.weight, self.bias, \"none\", [], \"\")",
        "FBGEMM_FP16 | FP16 | ops.quantized.linear_dynamic_fp16(x, packed)",
        "FBGEMM_INT8 | INT8 | ops.quantized.linear_dynamic(x, packed, False)",
        "FBGEMM_INT8_REDUCED | INT8 | ops.quantized.linear_dynamic(x, packed, True)"
      })
  void shouldMultiplyWithTheKernelsOfTheFormat(
      LinearKernels kernels, Precision precision, String product) {
    String linear = new LinearLayers(new GraphFormat(precision, kernels), Activation.GELU).source();
    assertThat(linear.lines().map(String::strip))
        .filteredOn(line -> line.startsWith("return ") && line.contains("(x"))
        .first()
        .isEqualTo("return " + product);
    boolean fused = kernels == LinearKernels.ONEDNN_FUSED;
    assertThat(linear.contains("\"gelu\"") && linear.contains("\"add\"")).isEqualTo(fused);
    assertThat(linear.contains("return torch.gelu(y)")).isEqualTo(!fused);
    assertThat(linear.contains("self.forward(x) + other")).isEqualTo(!fused);
    assertThat(linear.contains("_reorder_linear_weight")).isEqualTo(linear.contains("mkldnn"));
    assertThat(linear.contains("packed : Optional"))
        .isEqualTo(precision == Precision.FP16 || precision == Precision.INT8);
    assertThat(linear.contains("quantize_per_channel")).isEqualTo(precision == Precision.INT8);
  }
}
