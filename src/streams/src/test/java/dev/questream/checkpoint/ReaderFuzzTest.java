package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

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

  @TempDir Path folder;
  private final Random random = new Random(SEED);

  /** A valid file of a reader, and the name that leads to it. */
  private record Seed(String name, byte[] content) {}

  private static byte[] golden(String name) {
    try (InputStream in = ReaderFuzzTest.class.getResourceAsStream("/golden/weights/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Seed> seeds() {
    return List.of(
        new Seed("model.safetensors", golden("tiny.safetensors")),
        new Seed("pytorch_model.bin", golden("tiny.legacy.bin")),
        new Seed("pytorch_model.bin", golden("tiny.zip.bin")),
        new Seed("pytorch_model.bin", golden("odd.legacy.bin")),
        new Seed("pytorch_model.bin", golden("odd.zip.bin")),
        new Seed("model.onnx", TinyOnnx.bytes()),
        new Seed(
            "model.safetensors.index.json",
            text("{\"metadata\":{},\"weight_map\":{\"a\":\"model-1.safetensors\"}}")),
        new Seed("config.json", text(TinyCheckpoint.CONFIG)),
        new Seed(
            "config_sentence_transformers.json",
            text("{\"truncate_dim\": 16, \"matryoshka_dims\": [32, 16]}")),
        new Seed(
            "modules.json",
            text(
                "[{\"idx\":0,\"path\":\"\",\"type\":\"sentence_transformers.models.Transformer\"},"
                    + "{\"idx\":1,\"path\":\"1_Pooling\","
                    + "\"type\":\"sentence_transformers.models.Pooling\"}]")),
        new Seed("sentence_bert_config.json", text("{\"max_seq_length\": 64}")));
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
      prepare(model);
      Seed seed = seeds.get(i % seeds.size());
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
  private static void prepare(Path model) throws IOException {
    try (Stream<Path> old = Files.list(model)) {
      for (Path file : old.toList()) {
        if (!Files.isDirectory(file)) {
          Files.delete(file);
        }
      }
    }
    Files.write(model.resolve("model-1.safetensors"), golden("tiny.safetensors"));
    Files.writeString(model.resolve("tokenizer.json"), "{}");
    Path pooling = Files.createDirectories(model.resolve("1_Pooling"));
    Files.writeString(pooling.resolve("config.json"), "{\"pooling_mode_mean_tokens\":true}");
  }

  private void read(Path model, String name, int mutant) {
    try {
      if (name.endsWith(".json") && !name.contains("index")) {
        FolderModel.read(model).matryoshka();
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
    BertCheckpoint.of(checkpoint, ModelConfig.empty());
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
