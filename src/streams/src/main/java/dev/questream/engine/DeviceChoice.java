package dev.questream.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.util.cuda.CudaUtils;
import dev.questream.weights.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices that a user asks for.
 *
 * @param word {@code auto}: all CUDA devices, or the processor where there are none; {@code cpu};
 *     {@code cuda}: all CUDA devices; or some of them, as {@code cuda:0,cuda:2}
 */
public record DeviceChoice(String word) {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceChoice.class);
  private static final String AUTO = "auto";
  private static final String CPU = "cpu";
  private static final String CUDA = "cuda";
  private static final Path NVIDIA_DRIVER = Path.of("/proc/driver/nvidia/version");

  /** A libtorch for CUDA must be asked for; this says how. */
  private static final String HOW =
      "run with PYTORCH_VERSION=%s PYTORCH_FLAVOR=cu128, or use the GPU image (docs/deploy.md)";

  /** The processor. */
  public static DeviceChoice cpu() {
    return new DeviceChoice(CPU);
  }

  /**
   * The devices of this machine that are meant, at least one.
   *
   * @throws ModelException if CUDA is asked for and not there
   */
  List<ComputeDevice> resolve() {
    String libtorch = Libtorch.load();
    if (word.equals(CPU)) {
      return List.of(new ComputeDevice(Device.cpu()));
    }
    int count = cudaDevices();
    if (word.equals(AUTO) && count == 0) {
      if (Files.exists(NVIDIA_DRIVER)) {
        LOG.warn(
            "There is an NVIDIA driver, but libtorch is built for the CPU; {}",
            HOW.formatted(libtorch));
      }
      return List.of(new ComputeDevice(Device.cpu()));
    }
    if (count == 0) {
      throw new ModelException(
          ("encoder.device=%s: no CUDA device can be used; libtorch must be built for CUDA, and the"
                  + " device visible to this process: %s")
              .formatted(word, HOW.formatted(libtorch)));
    }
    return word.equals(AUTO) || word.equals(CUDA) ? all(count) : named(count);
  }

  private static int cudaDevices() {
    Engine engine = Engine.getEngine("PyTorch");
    return engine.hasCapability(StandardCapabilities.CUDA) ? CudaUtils.getGpuCount() : 0;
  }

  private static List<ComputeDevice> all(int count) {
    return IntStream.range(0, count).mapToObj(id -> new ComputeDevice(Device.gpu(id))).toList();
  }

  private List<ComputeDevice> named(int count) {
    return Arrays.stream(word.split(","))
        .map(name -> Integer.parseInt(name.substring(CUDA.length() + 1)))
        .distinct()
        .map(
            id -> {
              if (id >= count) {
                throw new ModelException(
                    "encoder.device=%s: the CUDA devices here are cuda:0 to cuda:%d"
                        .formatted(word, count - 1));
              }
              return new ComputeDevice(Device.gpu(id));
            })
        .toList();
  }
}
