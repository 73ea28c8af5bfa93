package dev.questream.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {
  private final List<String> closed = new ArrayList<>();
  private final Resources resources = new Resources();

  private void fail(String name) {
    closed.add(name);
    throw new IllegalStateException(name);
  }

  @Test
  void shouldCloseOnceInReverseOrder() {
    assertThat(resources.add("first", closed::add)).isEqualTo("first");
    resources.add("second", closed::add);
    resources.close();
    resources.close();
    assertThat(closed).containsExactly("second", "first");
  }

  @Test
  void shouldCloseTheRestWhereOneThrows() {
    resources.add("first", closed::add);
    resources.add("second", this::fail);
    resources.add("third", closed::add);
    resources.add("fourth", this::fail);
    assertThatThrownBy(resources::close)
        .hasMessage("fourth")
        .satisfies(thrown -> assertThat(thrown.getSuppressed()[0]).hasMessage("second"));
    assertThat(closed).containsExactly("fourth", "third", "second", "first");
  }

  @Test
  void shouldAddWhatFailsInClosingToTheFailureBefore() {
    resources.add("first", closed::add);
    resources.add("second", this::fail);
    Exception failure = new Exception("the start");
    resources.closeAfter(failure);
    assertThat(failure.getSuppressed())
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessage("second"));
    assertThat(closed).containsExactly("second", "first");
  }
}
