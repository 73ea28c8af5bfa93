package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import dev.questream.weights.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceChoiceTest {

  @Test
  void shouldTakeTheProcessorWhereItIsAskedFor() {
    assertThat(DeviceChoice.cpu().resolve()).containsExactly(new ComputeDevice(Device.cpu()));
  }

  @Test
  void shouldTakeTheProcessorForAutoWithoutCuda() {
    assumeTrue(!Cuda.isHere(), "there is a CUDA device here");
    assertThat(new DeviceChoice("auto").resolve()).containsExactly(new ComputeDevice(Device.cpu()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuda", "cuda:0", "cuda:0,cuda:1"})
  void shouldSayHowToGetCudaWhereThereIsNone(String word) {
    assumeTrue(!Cuda.isHere(), "there is a CUDA device here");
    assertThatThrownBy(() -> new DeviceChoice(word).resolve())
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("encoder.device=" + word)
        .hasMessageContaining("PYTORCH_FLAVOR=cu128");
  }
}
