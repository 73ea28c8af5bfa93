package dev.questream.djl;

import dev.questream.encoder.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the machine's processor can do, as Linux tells it; elsewhere nothing is known. */
final class Processor {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private Processor() {}

  /** Whether bfloat16 matrix products run in hardware (AMX or AVX512-BF16). */
  static boolean multipliesBfloat16() {
    List<String> flags = List.of(value("flags").split(" "));
    return flags.contains("amx_bf16") || flags.contains("avx512_bf16");
  }

  /** Whether weights of this precision are laid out for oneDNN's own linear layers. */
  static boolean packs(Precision precision) {
    return precision == Precision.BF16 && multipliesBfloat16();
  }

  /** Name of the processor model, or the architecture where no name is known. */
  static String name() {
    String name = value("model name");
    return name.isEmpty() ? System.getProperty("os.arch") : name;
  }

  private static String value(String key) {
    try {
      List<String> lines = Files.exists(CPU_INFO) ? Files.readAllLines(CPU_INFO) : List.of();
      return lines.stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }
}
