package dev.questream.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReplacementsTest {
  private final AtomicInteger made = new AtomicInteger();

  @Test
  void shouldReplaceThoseThatDieInTheMeantimeWithTheOthers() {
    try (Replacements replacements = new Replacements(made::incrementAndGet)) {
      assertThat(replacements.died())
          .startsWith("a new thread starts in ")
          .endsWith("(1 in a row)");
      assertThat(replacements.died()).endsWith("(1 in a row)");
      assertThat(replacements.died()).endsWith("(1 in a row)");
      assertThat(made).hasValue(0);
      await().until(() -> made.get() == 3 && replacements.replaced() == 3);
      assertThat(replacements.died()).endsWith("(2 in a row)");
    }
  }

  @Test
  void shouldReplaceNothingAnyMoreWhereTheApplicationStops() {
    Replacements replacements = new Replacements(made::incrementAndGet);
    replacements.died();
    replacements.close();
    assertThat(replacements.died()).isEqualTo("the application is stopping");
    assertThat(replacements.replaced()).isZero();
    assertThat(made).hasValue(0);
  }

  /** To close a producer can last for ever. */
  @Test
  void shouldMakeADyingThreadLetGo() throws InterruptedException {
    Thread hanging = new Thread(() -> LockSupport.parkUntil(Long.MAX_VALUE));
    hanging.start();
    try (Replacements replacements =
        new Replacements(made::incrementAndGet, Duration.ofMillis(100))) {
      replacements.hurry(hanging);
      hanging.join(20_000);
    }
    assertThat(hanging.isAlive()).isFalse();
  }
}
