package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import dev.questream.weights.TinyOnnx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged model files of every kind, at random: each is read, or refused with {@link
 * ModelException}; never another exception, never a file left behind, never much time.
 *
 * <p>The long run, with little memory:
 *
 * <pre>mvn test -Dtest=ReaderFuzzTest -Dquestream.fuzz=200000 -Dtest.jvm.args=-Xmx256m</pre>
 */
class ReaderFuzzTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int MUTANTS = Integer.getInteger("questream.fuzz", 6_000);
  private static final long LIMIT_NANOS = 5_000_000_000L;
  private static final String MODULES =
      """
      [{"idx":0,"path":"","type":"sentence_transformers.models.Transformer"},
       {"idx":1,"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
       {"idx":2,"path":"2_Dense","type":"sentence_transformers.models.Dense"}]
      """;
  private static final String MPNET =
      "{\"model_type\":\"mpnet\",\"num_attention_heads\":2,\"layer_norm_eps\":1e-5,\"hidden_act\":\"gelu\"}";
  private static final String MODERNBERT =
      """
      {"model_type":"modernbert","num_attention_heads":2,"max_position_embeddings":40,
       "layer_types":["full_attention","sliding_attention","sliding_attention","full_attention"],
       "local_attention":8,"rope_parameters":{"full_attention":{"rope_type":"default","rope_theta":9.5}}}
      """;

  @TempDir Path folder;
  private final Random random = new Random(SEED);

  /** A valid file of a reader, and the name that leads to it. */
  private record Seed(String name, byte[] content, String weights) {
    Seed(String name, byte[] content) {
      this(name, content, "mpnet");
    }
  }

  private static byte[] golden(String name) {
    return resource("/golden/" + name);
  }

  private static byte[] family(String name) {
    return resource("/families/weights/" + name);
  }

  private static byte[] resource(String name) {
    try (InputStream in = ReaderFuzzTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Seed> seeds() {
    return List.of(
        new Seed("model.safetensors", golden("weights/tiny.safetensors")),
        new Seed("pytorch_model.bin", golden("weights/tiny.legacy.bin")),
        new Seed("pytorch_model.bin", golden("weights/tiny.zip.bin")),
        new Seed("pytorch_model.bin", golden("weights/odd.legacy.bin")),
        new Seed("pytorch_model.bin", golden("weights/odd.zip.bin")),
        new Seed("reader/model.safetensors", resource("/readers/bert.safetensors")),
        new Seed("retriever.cp", golden("forms/retriever.cp")),
        new Seed("dpr_biencoder.37", golden("forms/dpr_biencoder.37")),
        new Seed("pytorch_model.bin", golden("forms/protocol5.zip.bin")),
        new Seed("model.onnx", TinyOnnx.bytes()),
        new Seed("model.onnx", golden("forms/newer.onnx")),
        new Seed("beside.onnx", golden("forms/beside.onnx")),
        new Seed(
            "model.safetensors.index.json",
            text("{\"metadata\":{},\"weight_map\":{\"a\":\"model-1.safetensors\"}}")),
        new Seed("vocab.txt", text("[UNK]\n[CLS]\n[SEP]\na\n##b\n")),
        new Seed("vocab.json", text("{\"<s>\": 0, \"</s>\": 1, \"<unk>\": 2, \"a\": 3}")),
        new Seed(
            "config_sentence_transformers.json",
            text("{\"truncate_dim\": 16, \"matryoshka_dims\": [32, 16]}")),
        new Seed(
            "tokenizer_config.json",
            text(
                "{\"cls_token\": {\"content\": \"[CLS]\"}, \"added_tokens_decoder\": {\"5\": {}}}")),
        new Seed("config.json", text(TinyCheckpoint.CONFIG)),
        new Seed("config.json", text(MPNET)),
        new Seed("config.json", text(MODERNBERT), "modernbert"),
        new Seed("config.json", text("{\"model_type\":\"roberta\",\"pad_token_id\":1}"), "roberta"),
        new Seed("modules.json", text(MODULES)),
        new Seed(
            "2_Dense/config.json",
            text("{\"bias\":true,\"activation_function\":\"torch.nn.modules.activation.Tanh\"}")),
        new Seed("2_Dense/model.safetensors", family("dense-tanh-2_Dense.safetensors")),
        new Seed("1_Pooling/config.json", text("{\"pooling_mode\": [\"mean\"]}")),
        new Seed(
            "config_sentence_transformers.json",
            text("{\"prompts\": {\"query\": \"q: \"}, \"default_prompt_name\": \"query\"}")),
        new Seed(
            "tokenizer_config.json",
            text(
                "{\"do_lower_case\": false, \"model_max_length\": 1000000000000000019884624838656}")),
        new Seed(
            "tokenizer.json",
            text("{\"normalizer\": {\"type\": \"BertNormalizer\", \"lowercase\": false}}")),
        new Seed(
            "sentence_bert_config.json",
            text("{\"max_seq_length\": 64, \"do_lower_case\": true}")));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldReadOrRefuseWhateverComes() throws IOException {
    List<Seed> seeds = seeds();
    Path safe = folder.resolve("safe");
    Path model = Files.createDirectories(safe.resolve("model"));
    for (int i = 0; i < MUTANTS; i++) {
      Seed seed = seeds.get(i % seeds.size());
      prepare(model, seed);
      byte[] mutant = mutate(seed.content());
      Files.write(model.resolve(seed.name()), mutant);
      Set<String> before = files();
      long start = System.nanoTime();
      read(model, seed.name(), i);
      assertThat(System.nanoTime() - start)
          .as("seed %d, mutant %d", SEED, i)
          .isLessThan(LIMIT_NANOS);
      assertThat(files()).as("seed %d, mutant %d", SEED, i).isEqualTo(before);
    }
    System.out.printf("%,d mutants, seed %d%n", MUTANTS, SEED);
  }

  /** A whole model around the mutant, so that folders are read to their end. */
  private static void prepare(Path model, Seed seed) throws IOException {
    try (Stream<Path> old = Files.list(model)) {
      for (Path file : old.toList()) {
        if (!Files.isDirectory(file)) {
          Files.delete(file);
        }
      }
    }
    Files.write(model.resolve("model-1.safetensors"), golden("weights/tiny.safetensors"));
    Files.write(model.resolve("beside.onnx.data"), golden("forms/beside.onnx.data"));
    if (!seed.name().equals("vocab.json")) {
      Files.writeString(model.resolve("vocab.txt"), "[UNK]\n[CLS]\n[SEP]\na\n");
    }
    Files.writeString(model.resolve("merges.txt"), "#version: 0.2\na b\n");
    Path reader = Files.createDirectories(model.resolve("reader"));
    Files.writeString(reader.resolve("vocab.txt"), "[UNK]\n[CLS]\n[SEP]\na\n");
    Path pooling = Files.createDirectories(model.resolve("1_Pooling"));
    Files.writeString(pooling.resolve("config.json"), "{\"pooling_mode_mean_tokens\":true}");
    Files.write(model.resolve("model.safetensors"), family(seed.weights() + ".safetensors"));
    Files.writeString(model.resolve("config.json"), MPNET);
    Files.writeString(model.resolve("modules.json"), MODULES);
    Path dense = Files.createDirectories(model.resolve("2_Dense"));
    Files.write(dense.resolve("model.safetensors"), family("dense-tanh-2_Dense.safetensors"));
    Files.writeString(
        dense.resolve("config.json"),
        "{\"activation_function\":\"torch.nn.modules.activation.Tanh\"}");
  }

  private void read(Path model, String name, int mutant) {
    try {
      if (name.startsWith("reader/")) {
        ReaderModel.in(model.resolve("reader")).encoder();
      } else if (name.contains("2_Dense")
          || name.matches(".*\\.(json|txt)") && !name.contains("index")) {
        FolderModel folder = FolderModel.read(model);
        folder.matryoshka();
        folder.read(EncoderCheckpoint::distances);
      } else {
        readAll(Checkpoint.open(model.resolve(name)));
      }
    } catch (ModelException e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (Throwable e) {
      throw new AssertionError("seed %d, mutant %d of %s".formatted(SEED, mutant, name), e);
    }
  }

  private static void readAll(Checkpoint checkpoint) {
    for (String name : checkpoint.names()) {
      try {
        checkpoint.shape(name);
        checkpoint.read(name);
      } catch (ModelException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    EncoderCheckpoint.of(
        StateDict.of(checkpoint, EncoderRole.QUESTION),
        ModelConfig.parse(text("{\"num_attention_heads\": 1}"), "config.json"),
        List.of(SentenceModule.Pool.of(Pooling.CLS)));
  }

  private Set<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.map(Path::toString).collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private byte[] mutate(byte[] original) {
    byte[] mutant = original.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && mutant.length > 0; i++) {
      mutant = change(mutant);
    }
    return mutant;
  }

  private byte[] change(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    int length = 1 + random.nextInt(Math.min(16, bytes.length - at));
    return switch (random.nextInt(7)) {
      case 0 -> flipped(bytes, at);
      case 1 -> overwritten(bytes, at, length, (byte) random.nextInt(256));
      case 2 -> overwritten(bytes, at, length, (byte) 0xff);
      case 3 -> spliced(bytes, at, length, new byte[0]);
      case 4 -> spliced(bytes, at, 0, java.util.Arrays.copyOfRange(bytes, at, at + length));
      case 5 -> java.util.Arrays.copyOf(bytes, at);
      default -> spliced(bytes, at, 0, randomBytes(length));
    };
  }

  private byte[] flipped(byte[] bytes, int at) {
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    return bytes;
  }

  private static byte[] overwritten(byte[] bytes, int at, int length, byte value) {
    java.util.Arrays.fill(bytes, at, at + length, value);
    return bytes;
  }

  private static byte[] spliced(byte[] bytes, int at, int removed, byte[] added) {
    List<byte[]> parts = new ArrayList<>();
    parts.add(java.util.Arrays.copyOf(bytes, at));
    parts.add(added);
    parts.add(java.util.Arrays.copyOfRange(bytes, at + removed, bytes.length));
    byte[] joined = new byte[bytes.length - removed + added.length];
    int next = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, next, part.length);
      next += part.length;
    }
    return joined;
  }

  private byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
