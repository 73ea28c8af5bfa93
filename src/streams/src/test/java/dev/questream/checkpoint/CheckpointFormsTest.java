package dev.questream.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.questream.encoder.EncoderRole;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ElementType;
import dev.questream.weights.Tensor;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One tiny encoder in the forms that checkpoints have in the world, as PyTorch, transformers and
 * the exporters of ONNX write them ({@code scripts/fixtures/make_forms.py}): each holds the same
 * tensors, bit by bit.
 */
class CheckpointFormsTest {
  private static final Path FORMS = Path.of("src/test/resources/golden/forms");

  private static StateDict open(String name, EncoderRole asked) {
    return StateDict.of(Checkpoint.open(FORMS.resolve(name)), asked);
  }

  private static void assertSame(StateDict found, String reference) {
    StateDict expected = open(reference, EncoderRole.QUESTION);
    Set<String> names = new TreeSet<>(found.names());
    names.removeIf(name -> name.startsWith(TensorNames.PROJECTION));
    assertThat(names).isEqualTo(expected.names());
    for (String name : names) {
      Tensor same = expected.read(name);
      assertThat(found.shape(name)).as(name).isEqualTo(same.shape());
      assertThat(found.read(name).data()).as(name).isEqualTo(same.data());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gamma.safetensors",
        "mlm.safetensors",
        "pretraining.safetensors",
        "module.bin",
        "last.ckpt",
        "protocol3.zip.bin",
        "protocol5.zip.bin",
        "protocol5.legacy.bin",
        "older.onnx",
        "newer.onnx",
        "unoptimized.onnx",
        "beside.onnx"
      })
  void shouldHoldTheSameTensors(String name) {
    StateDict found = open(name, EncoderRole.QUESTION);
    assertThat(found.role()).isEqualTo(EncoderRole.UNIVERSAL);
    assertSame(found, "reference.safetensors");
    ModelConfig declared =
        ModelConfig.parse(
            "{\"model_type\":\"bert\",\"num_attention_heads\":2}".getBytes(UTF_8), name);
    assertThat(EncoderCheckpoint.of(found, declared, SentenceModule.in(FORMS)).config())
        .isEqualTo(
            new EncoderConfig(
                2,
                8,
                2,
                16,
                24,
                12,
                EncoderConfig.Variation.postNorm(
                    1e-12, declared.activation(), new Positions.Indexed())));
  }

  @ParameterizedTest
  @CsvSource({
    "retriever.cp,QUESTION,reference.safetensors",
    "retriever.cp,PASSAGE,passage.safetensors",
    "dpr_biencoder.37,QUESTION,reference.safetensors",
    "dpr_biencoder.37,PASSAGE,passage.safetensors"
  })
  void shouldHoldBothSides(String name, EncoderRole asked, String reference) {
    StateDict found = open(name, asked);
    assertThat(found.role()).isEqualTo(asked);
    assertSame(found, reference);
    assertThat(found.names().contains("encode_proj.weight"))
        .isEqualTo(asked == EncoderRole.QUESTION);
    if (asked == EncoderRole.QUESTION) {
      Checkpoint projection = Checkpoint.open(FORMS.resolve("projection.safetensors"));
      for (String each : projection.names()) {
        assertThat(found.read(each).data()).isEqualTo(projection.read(each).data());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"float64.safetensors", "float64.zip.bin"})
  void shouldHoldDoublesOfTheSameValue(String name) {
    StateDict found = open(name, EncoderRole.QUESTION);
    StateDict expected = open("reference.safetensors", EncoderRole.QUESTION);
    for (String each : expected.names()) {
      Tensor doubles = found.read(each);
      assertThat(doubles.type()).isEqualTo(ElementType.FLOAT64);
      Tensor floats = expected.read(each);
      for (int i = 0; i < floats.shape().elements(); i++) {
        assertThat(doubles.data().getDouble(i * 8))
            .isCloseTo(floats.data().getFloat(i * 4), within(0.0));
      }
    }
  }

  @Test
  void shouldTellTheSidesApart() {
    StateDict question = open("retriever.cp", EncoderRole.QUESTION);
    StateDict passage = open("retriever.cp", EncoderRole.PASSAGE);
    String name = "embeddings.word_embeddings.weight";
    assertThat(question.read(name).data()).isNotEqualTo(passage.read(name).data());
  }
}
