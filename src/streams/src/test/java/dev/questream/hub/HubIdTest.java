package dev.questream.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.weights.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubIdTest {

  @Test
  void shouldReadNameAndRevision() {
    assertThat(HubId.parse("BAAI/bge-small-en-v1.5"))
        .isEqualTo(new HubId("BAAI", "bge-small-en-v1.5", "main"))
        .hasToString("BAAI/bge-small-en-v1.5@main");
    assertThat(HubId.parse("a/b@refs/pr/1").revision()).isEqualTo("refs/pr/1");
    assertThat(HubId.parse("a/b@refs/pr/1").isPinned()).isFalse();
    assertThat(HubId.parse("a/b@" + FakeHub.COMMIT).isPinned()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "/b",
        "a/",
        "a/b/c",
        "a/..",
        "../b",
        "a/b--c",
        "a/-b",
        "a/b.",
        "a/b c",
        "a/b\n",
        "a/b?x",
        "a/b%2f",
        "ä/b",
        "a/b@",
        "a/b@..",
        "a/b@../x",
        "a/b@/x",
        "a/b@x/",
        "a/b@x//y",
        "a/b@x y",
        "a/b@x@y",
        "a/b@x?y",
        "a/b@.hidden",
        "a/b@-x",
        "a/b@x\\y",
        "a/b@x\n"
      })
  void shouldRefuseWhatIsNoName(String text) {
    assertThatThrownBy(() -> HubId.parse(text)).isInstanceOf(ModelException.class);
  }

  @Test
  void shouldRefuseLongNames() {
    assertThatThrownBy(() -> HubId.parse("a/" + "b".repeat(97))).isInstanceOf(ModelException.class);
    assertThatThrownBy(() -> HubId.parse("a/b@" + "c".repeat(201)))
        .isInstanceOf(ModelException.class);
  }
}
