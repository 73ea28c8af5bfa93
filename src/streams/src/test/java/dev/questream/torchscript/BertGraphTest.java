package dev.questream.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.checkpoint.BertConfig;
import dev.questream.encoder.Pooling;
import dev.questream.encoder.Precision;
import dev.questream.weights.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BertGraphTest {
  private static final GraphFormat FP32 = new GraphFormat(Precision.FP32, LinearKernels.LIBTORCH);

  private static String source(
      int projection, Pooling pooling, boolean normalized, GraphFormat format) {
    BertConfig config = new BertConfig(2, 32, 4, 64, 200, 64, projection, 1e-12);
    return BertGraph.source(config, pooling, normalized, format);
  }

  private static List<String> variations() {
    List<String> sources = new ArrayList<>();
    for (LinearKernels kernels : LinearKernels.values()) {
      for (Precision precision : Precision.values()) {
        if (kernels.multiply(precision)) {
          GraphFormat format = new GraphFormat(precision, kernels);
          for (Pooling pooling : Pooling.values()) {
            sources.add(source(0, pooling, false, format));
            sources.add(source(0, pooling, true, format));
            sources.add(source(16, pooling, false, format));
            sources.add(source(16, pooling, true, format));
          }
        }
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
    String all = "%d\n%s".formatted(BertGraph.VERSION, String.join("\n", variations()));
    assertThat(Sha256.of(all.getBytes(StandardCharsets.UTF_8)))
        .as("the generated source changed: raise BertGraph.VERSION, then put the digest here")
        .isEqualTo("90e6fd3e812e8573f1cc52e99cecd940f43be6cb3fae095c8cae631b0670b24d");
  }

  @Test
  void shouldMakeADifferentSourceForEveryVariation() {
    assertThat(variations()).doesNotHaveDuplicates();
  }

  @Test
  void shouldAddOneLineToNormalize() {
    String plain = source(0, Pooling.CLS, false, FP32);
    String normalized = source(0, Pooling.CLS, true, FP32);
    assertThat(added(normalized, plain))
        .containsExactly(
            "vectors = vectors / torch.clamp_min(torch.norm(vectors, 2, [1], True), 1e-12)");
    assertThat(added(plain, normalized)).isEmpty();
  }

  @Test
  void shouldAddAttributesAndAProductToProject() {
    String plain = source(0, Pooling.CLS, false, FP32);
    String projected = source(16, Pooling.CLS, false, FP32);
    assertThat(added(projected, plain))
        .containsExactly(
            "projection_weight : Tensor",
            "projection_bias : Tensor",
            "pooled = torch.linear(pooled, self.projection_weight, self.projection_bias)");
    assertThat(added(plain, projected)).isEmpty();
  }

  @Test
  void shouldTreatTheLastLayerApartForClsPoolingOnly() {
    assertThat(source(0, Pooling.CLS, false, FP32))
        .contains("last_query : ", "last_kv : ", "def first_tokens(", "def attend_first(")
        .contains("self.last_query.pack(rows)", "self.last_kv.pack(rows)")
        .doesNotContain("def mean(", "self.mean(");
    assertThat(source(0, Pooling.MEAN, false, FP32))
        .contains("def mean(", "pooled = self.mean(x, lengths, counts)")
        .doesNotContain("last_", "first");
  }

  @Test
  void shouldFillInTheDimensions() {
    assertThat(source(0, Pooling.CLS, false, FP32))
        .contains("torch.layer_norm(x, [32], self.weight, self.bias, 1.0000000000")
        .contains("qkv.view([qkv.size(0), 3, 4, 8])", "return self.embedding_norm.wide(x).to(6)")
        .doesNotContain("$", "#");
    assertThat(
            source(0, Pooling.CLS, false, new GraphFormat(Precision.BF16, LinearKernels.LIBTORCH)))
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
    String linear = new LinearLayers(new GraphFormat(precision, kernels)).source();
    assertThat(linear.lines().map(String::strip))
        .filteredOn(line -> line.startsWith("return ") && line.contains("(x"))
        .first()
        .isEqualTo("return " + product);
    boolean fused = kernels == LinearKernels.ONEDNN_FUSED;
    assertThat(linear.contains("\"gelu\"") && linear.contains("\"add\"")).isEqualTo(fused);
    assertThat(linear.contains("torch.gelu(self.forward(x))")).isEqualTo(!fused);
    assertThat(linear.contains("self.forward(x) + other")).isEqualTo(!fused);
    assertThat(linear.contains("_reorder_linear_weight")).isEqualTo(linear.contains("mkldnn"));
    assertThat(linear.contains("packed : Optional"))
        .isEqualTo(precision == Precision.FP16 || precision == Precision.INT8);
    assertThat(linear.contains("quantize_per_channel")).isEqualTo(precision == Precision.INT8);
  }
}
