package dev.questream.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NativeMemoryTest {

  /** The command has no constant to compile against: a renamed one would show here only. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldFindTheCommand() {
    assumeThat(Runtime.version()).isGreaterThanOrEqualTo(Runtime.Version.parse("17.0.9"));
    assertThat(NativeMemory.trim()).as("Java %s", Runtime.version()).isTrue();
  }
}
