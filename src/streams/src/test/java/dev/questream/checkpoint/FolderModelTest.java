package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.checkpoint.TinyCheckpoint.Layout;
import dev.questream.encoder.EncoderRole;
import dev.questream.weights.ModelException;
import dev.questream.weights.Sha256;
import dev.questream.weights.TensorShape;
import dev.questream.weights.TinyOnnx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FolderModelTest {
  private static final String MODULES =
      """
      [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
       {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
       {"idx": 2, "name": "2", "path": "2_Normalize",
        "type": "sentence_transformers.models.Normalize"}]
      """;

  @TempDir Path parent;
  private Path folder;

  @BeforeEach
  void writeDprFolder() throws IOException {
    folder = parent.resolve("dpr-question_encoder-tiny");
    TinyCheckpoint.random(Layout.QUESTION, 1).write(folder.resolve("model.safetensors"));
    write("tokenizer.json", "{\"a\": \"tokenizer\"}");
    write("config.json", TinyCheckpoint.CONFIG);
  }

  private void write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private void writeSentenceTransformer(String modules, String pooling) throws IOException {
    write("modules.json", modules);
    write("1_Pooling/config.json", pooling);
  }

  private void assertRefused(String... said) {
    assertThatThrownBy(() -> FolderModel.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(said);
  }

  @Test
  void shouldReadADprFolder() throws IOException {
    PublishedModel model = PublishedModel.in(folder);
    assertThat(model.id()).isEqualTo("dpr-question_encoder-tiny");
    assertThat(model.revision()).isEmpty();
    assertThat(model.weightsSha256())
        .isEqualTo(Sha256.of(Files.readAllBytes(folder.resolve("model.safetensors"))))
        .matches("[0-9a-f]{64}");
    assertThat(new String(model.tokenizerJson(), StandardCharsets.UTF_8))
        .isEqualTo("{\"a\": \"tokenizer\"}");
    assertThat(model.config().attentionHeads()).contains(4);
    assertThat(model.pooling()).isEqualTo("cls");
    assertThat(model.normalized()).isFalse();
    assertThat(model.maxTokens()).as("its positions decide").isEqualTo(Integer.MAX_VALUE);
    assertThat(model.prefix(EncoderRole.QUESTION)).isEmpty();
    assertThat(model.prefix(EncoderRole.PASSAGE)).isEmpty();
    assertThat(model.<Path>withWeights(file -> file))
        .isEqualTo(folder.resolve("model.safetensors"));
  }

  @Test
  void shouldNotLetTheCallerChangeTheTokenizer() {
    PublishedModel model = FolderModel.read(folder);
    model.tokenizerJson()[0] = 'x';
    assertThat(model.tokenizerJson()[0]).isEqualTo((byte) '{');
  }

  @Test
  void shouldReadASentenceTransformersFolder() throws IOException {
    writeSentenceTransformer(
        MODULES, "{\"pooling_mode_cls_token\": false, \"pooling_mode_mean_tokens\": true}");
    write("sentence_bert_config.json", "{\"max_seq_length\": 256, \"do_lower_case\": false}");
    PublishedModel model = FolderModel.read(folder);
    assertThat(model.pooling()).isEqualTo("mean");
    assertThat(model.normalized()).isTrue();
    assertThat(model.maxTokens()).isEqualTo(256);
  }

  @Test
  void shouldReadClsPoolingWithoutNormalize() throws IOException {
    writeSentenceTransformer(
        MODULES.substring(0, MODULES.lastIndexOf(",\n {\"idx\": 2")) + "]",
        "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
    PublishedModel model = FolderModel.read(folder);
    assertThat(model.pooling()).isEqualTo("cls");
    assertThat(model.normalized()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"pooling_mode\": \"none of them\"}",
        "{\"pooling_mode\": [\"cls\", \"none of them\"]}"
      })
  void shouldRefuseAPoolingThatIsNotSupportedByItsName(String pooling) throws IOException {
    writeSentenceTransformer(MODULES, pooling);
    assertRefused("1_Pooling", "the pooling none of them", "supported are cls, max, mean");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | mean",
        "{\"pooling_mode_cls_token\": false} | mean",
        "{\"pooling_mode_cls_token\": true} | cls",
        "{\"pooling_mode\": \"lasttoken\"} | lasttoken",
        "{\"pooling_mode\": [\"mean\", \"cls\"]} | mean+cls",
      })
  void shouldPoolAsDeclared(String pooling, String label) throws IOException {
    writeSentenceTransformer(MODULES, pooling);
    assertThat(FolderModel.read(folder).pooling()).isEqualTo(label);
  }

  @Test
  void shouldPutSeveralPoolingsInTheOrderOfSentenceTransformers() throws IOException {
    writeSentenceTransformer(
        MODULES,
        """
        {"pooling_mode_lasttoken": true, "pooling_mode_mean_tokens": true,
         "pooling_mode_cls_token": true, "pooling_mode_max_tokens": false}
        """);
    assertThat(FolderModel.read(folder).pooling()).isEqualTo("cls+mean+lasttoken");
  }

  @Test
  void shouldReadDenseModules() throws IOException {
    writeDense("torch.nn.modules.activation.Tanh", "sentence_embedding");
    PublishedModel model = FolderModel.read(folder);
    SentenceModule.Dense dense = (SentenceModule.Dense) model.modules().get(2);
    assertThat(dense.activation()).isEqualTo(Activation.TANH);
    assertThat(dense.weight().shape()).isEqualTo(TensorShape.of(2, 3));
    assertThat(dense.bias().data().getFloat(4)).isZero();
    assertThat(model.normalized()).as("the Dense module is the last").isFalse();

    write("2_Dense/config.json", "{\"bias\": false}");
    dense = (SentenceModule.Dense) FolderModel.read(folder).modules().get(2);
    assertThat(dense.activation()).as("as sentence-transformers").isEqualTo(Activation.TANH);
  }

  @Test
  void shouldRefuseADenseModuleByNameForWhatItDoesNotCompute() throws IOException {
    writeDense("torch.nn.modules.activation.Softplus", "sentence_embedding");
    assertRefused("2_Dense", "the activation torch.nn.modules.activation.Softplus", "Tanh");
    writeDense("torch.nn.modules.activation.Tanh", "token_embeddings");
    assertRefused("2_Dense", "module_input_name=token_embeddings");
    write("2_Dense/config.json", "{\"use_residual\": true}");
    assertRefused("2_Dense", "use_residual=true");
    Files.delete(folder.resolve("2_Dense/model.safetensors"));
    writeDense("torch.nn.modules.activation.Tanh", "sentence_embedding");
    Files.delete(folder.resolve("2_Dense/model.safetensors"));
    assertRefused("2_Dense", "holds no weights of a Dense module");
  }

  private void writeDense(String activation, String input) throws IOException {
    writeSentenceTransformer(
        MODULES.replace("2_Normalize", "2_Dense").replace("models.Normalize", "models.Dense"),
        "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
    write(
        "2_Dense/config.json",
        """
        {"in_features": 3, "out_features": 2, "bias": false, "activation_function": "%s",
         "module_input_name": "%s"}
        """
            .formatted(activation, input));
    String header =
        "{\"linear.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}";
    ByteBuffer weights =
        ByteBuffer.allocate(8 + header.length() + 24).order(ByteOrder.LITTLE_ENDIAN);
    weights.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));
    Files.write(folder.resolve("2_Dense/model.safetensors"), weights.array());
  }

  @Test
  void shouldRefuseAPoolingModuleWithoutItsConfig() throws IOException {
    write("modules.json", MODULES);
    assertRefused("1_Pooling", "cannot be read");
  }

  @Test
  void shouldRefuseAModuleThatIsNotSupported() throws IOException {
    writeSentenceTransformer(
        MODULES.replace("models.Normalize", "models.CNN"), "{\"pooling_mode_cls_token\": true}");
    assertRefused("modules.json", "sentence_transformers.models.CNN", "are supported");
  }

  @Test
  void shouldRefuseAModuleOfAnotherLibraryWhateverItsName() throws IOException {
    writeSentenceTransformer(
        MODULES.replace("sentence_transformers.models.T", "custom_st.T"), "{}");
    assertRefused("modules.json", "custom_st.Transformer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[]", "[{\"path\": \"\", \"type\": \"sentence_transformers.Normalize\"}]"})
  void shouldRefuseModulesThatDoNotBeginWithTheEncoder(String modules) throws IOException {
    write("modules.json", modules);
    assertRefused("modules.json", "does not begin with the module Transformer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "/etc", "1_Pooling/../../other"})
  void shouldRefuseAModuleOutsideTheModel(String path) throws IOException {
    write("modules.json", MODULES.replace("1_Pooling", path));
    assertRefused("modules.json", path, "outside the model");
  }

  @Test
  void shouldRefuseAnEncoderOfWhichOtherStatesAreTaken() throws IOException {
    writeSentenceTransformer(MODULES, "{\"pooling_mode_cls_token\": true}");
    write(
        "sentence_bert_config.json",
        "{\"modality_config\": {\"text\": {\"method_output_name\": \"pooler_output\"}}}");
    assertRefused("sentence_bert_config.json", "pooler_output", "last_hidden_state");
  }

  @Test
  void shouldRefuseAModelThatGivesNoSingleVector() throws IOException {
    write("config_sentence_transformers.json", "{\"model_type\": \"SparseEncoder\"}");
    assertRefused("config_sentence_transformers.json", "SparseEncoder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[", "42", "\"modules\""})
  void shouldRefuseDamagedModules(String content) throws IOException {
    write("modules.json", content);
    assertRefused(folder.resolve("modules.json").toString());
  }

  @Test
  void shouldRefuseAPathInModulesThatIsNoPath() throws IOException {
    write("modules.json", MODULES.replace("1_Pooling", "1\\u0000Pooling"));
    assertRefused("modules.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1"})
  void shouldRefuseALengthThatLeavesNoRoomForTokens(String length) throws IOException {
    writeSentenceTransformer(MODULES, "{\"pooling_mode_cls_token\": true}");
    write("sentence_bert_config.json", "{\"max_seq_length\": " + length + "}");
    assertRefused("sentence_bert_config.json", "max_seq_length");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "1e30", "1000000000000000019884624838656", "\"long\""})
  void shouldTakeNoLengthThatIsNone(String length) throws IOException {
    write("tokenizer_config.json", "{\"model_max_length\": " + length + "}");
    assertThat(FolderModel.read(folder).maxTokens()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void shouldSayWhichWeightFilesAreRead() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    write("tf_model.h5", "weights of another kind");
    assertRefused(
        folder.toString(),
        "holds no weights",
        "model.safetensors, model.safetensors.index.json, pytorch_model.bin, model.onnx");
  }

  @Test
  void shouldFindOnnxWeightsInTheirFolder() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    Files.createDirectory(folder.resolve("onnx"));
    Files.write(folder.resolve("onnx/model.onnx"), TinyOnnx.bytes());
    assertThat(FolderModel.read(folder).weights()).isEqualTo(folder.resolve("onnx/model.onnx"));
    Files.write(folder.resolve("model.onnx"), TinyOnnx.bytes());
    assertThat(FolderModel.read(folder).weights()).isEqualTo(folder.resolve("model.onnx"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dpr_biencoder.37",
        "dpr_biencoder.0.1200",
        "checkpoint.retriever.cp",
        "last.ckpt"
      })
  void shouldFindTheOneFileThatTrainingLeft(String name) throws IOException {
    Files.move(folder.resolve("model.safetensors"), folder.resolve(name));
    assertThat(FolderModel.read(folder).weights()).isEqualTo(folder.resolve(name));
    write("dpr_biencoder.4", "another");
    assertRefused("holds 2 checkpoints; name one of them as the model, such as");
    PublishedModel named = PublishedModel.in(folder.resolve(name));
    Path weights = named.withWeights(file -> file);
    assertThat(weights).isEqualTo(folder.resolve(name));
    assertThat(named.tokenizerJson()).isNotEmpty();
  }

  @Test
  void shouldPreferSafetensors() throws IOException {
    write("model.onnx", "not read");
    assertThat(FolderModel.read(folder).weights()).isEqualTo(folder.resolve("model.safetensors"));
  }

  @Test
  void shouldRefuseAFolderWithoutTokenizer() throws IOException {
    Files.delete(folder.resolve("tokenizer.json"));
    assertRefused(folder.toString(), "holds no tokenizer.json", "bert-base-uncased");
  }

  @Test
  void shouldDoWithoutAConfig() throws IOException {
    Files.delete(folder.resolve("config.json"));
    assertThat(FolderModel.read(folder).config().attentionHeads()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"num_attention_heads\": ", "not json", "42", "null"})
  void shouldRefuseADamagedConfig(String content) throws IOException {
    write("config.json", content);
    assertRefused(folder.resolve("config.json").toString(), "JSON");
  }

  @Test
  void shouldRefuseAConfigThatIsNoObject() throws IOException {
    write("config.json", "[{\"num_attention_heads\": 4}]");
    assertRefused(folder.resolve("config.json").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"prelu", "xielu", "GELU"})
  void shouldRefuseAnotherActivation(String activation) throws IOException {
    write("config.json", "{\"hidden_act\": \"" + activation + "\"}");
    assertRefused(
        folder.resolve("config.json").toString(), "the activation " + activation, "gelu_new, ");
  }

  @Test
  void shouldTakeTheDefaultEpsilonWhereNoneIsDeclared() throws IOException {
    write("config.json", "{\"hidden_act\": null}");
    assertThat(FolderModel.read(folder).config().layerNormEpsilon(1e-12)).isEqualTo(1e-12);
  }

  @Test
  void shouldTakeItsNameFromTheFolder() {
    assertThat(FolderModel.read(folder.resolve(".")).id()).isEqualTo("dpr-question_encoder-tiny");
    assertThat(FolderModel.read(folder.resolve("../dpr-question_encoder-tiny")).id())
        .isEqualTo("dpr-question_encoder-tiny");
  }
}
