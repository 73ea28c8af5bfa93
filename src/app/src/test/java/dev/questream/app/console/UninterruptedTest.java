package dev.questream.app.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class UninterruptedTest {

  @Test
  void shouldWorkWithoutTheCallersInterruptAndLeaveItToIt() {
    Thread.currentThread().interrupt();
    assertThat(Uninterrupted.get(() -> Thread.currentThread().isInterrupted())).isFalse();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void shouldThrowWhatTheWorkThrows() {
    UncheckedIOException failure = new UncheckedIOException(new FileNotFoundException("x"));
    assertThatThrownBy(
            () ->
                Uninterrupted.run(
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    AssertionError error = new AssertionError("y");
    assertThatThrownBy(
            () ->
                Uninterrupted.run(
                    () -> {
                      throw error;
                    }))
        .isSameAs(error);
  }
}
