package dev.questream.engine;

import dev.questream.encoder.Precision;
import dev.questream.torchscript.LinearKernels;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the machine's processor can do, as Linux tells it; elsewhere nothing is known. */
final class Cpu {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** Read once: on machines of many cores the file is long. */
  private static final Map<String, String> FACTS = facts();

  private Cpu() {}

  /** Whether bfloat16 matrix products run in hardware (AMX or AVX512-BF16). */
  static boolean multipliesBfloat16() {
    return has("amx_bf16") || has("avx512_bf16");
  }

  /**
   * The fastest kernels for a precision.
   *
   * <p>Plain float32 products are MKL's, which takes its slower kernels where the processor is not
   * Intel's; oneDNN goes by what the processor can do.
   *
   * @throws ModelException if there are none
   */
  static LinearKernels kernels(Precision precision) {
    return switch (precision) {
      case BF16 -> multipliesBfloat16() ? LinearKernels.ONEDNN_FUSED : LinearKernels.LIBTORCH;
      case FP32 ->
          has("avx2") && !value("vendor_id").equals("GenuineIntel")
              ? LinearKernels.ONEDNN
              : LinearKernels.LIBTORCH;
      case FP16 -> widensFloat16() ? LinearKernels.FBGEMM_FP16 : LinearKernels.LIBTORCH;
      case INT8 -> int8();
    };
  }

  private static LinearKernels int8() {
    if (!multipliesInt8()) {
      throw new ModelException("int8 needs an x86 processor with AVX2; use another precision");
    }
    return has("avx512_vnni") ? LinearKernels.FBGEMM_INT8 : LinearKernels.FBGEMM_INT8_REDUCED;
  }

  /** Whether weights in float16 can be widened on their way into float32 products. */
  static boolean widensFloat16() {
    return has("avx2") && has("f16c");
  }

  /** Whether there are kernels for products of 8-bit numbers. */
  static boolean multipliesInt8() {
    return has("avx2");
  }

  private static boolean has(String flag) {
    return List.of(value("flags").split(" ")).contains(flag);
  }

  /** Name of the processor model, or the architecture where no name is known. */
  static String name() {
    String name = value("model name");
    return name.isEmpty() ? System.getProperty("os.arch") : name;
  }

  private static String value(String key) {
    return FACTS.getOrDefault(key, "");
  }

  /** What the file says of the first processor. */
  private static Map<String, String> facts() {
    try {
      List<String> lines = Files.exists(CPU_INFO) ? Files.readAllLines(CPU_INFO) : List.of();
      return lines.stream()
          .map(line -> line.split(":", 2))
          .filter(parts -> parts.length == 2)
          .collect(
              Collectors.toMap(
                  parts -> parts[0].trim(), parts -> parts[1].trim(), (first, next) -> first));
    } catch (IOException e) {
      return Map.of();
    }
  }
}
