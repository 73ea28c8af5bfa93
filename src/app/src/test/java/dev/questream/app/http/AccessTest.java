package dev.questream.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may ask, and from where. */
class AccessTest {
  private static final BasicAuth USER = new BasicAuth("ann", "päss:word");
  private static final SameOrigin ORIGINS = new SameOrigin(List.of("questream.example"));

  private static String basic(String text) {
    return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldKnowTheUserOnly() {
    assertThat(USER.accepts(basic("ann:päss:word"))).isTrue();
    assertThat(USER.accepts(basic("ann:päss:word").replace("Basic", "bAsIc"))).isTrue();
    for (String wrong :
        List.of("ann:", "ann:päss:wor", "ann:päss:word ", "bob:päss:word", "", ":")) {
      assertThat(USER.accepts(basic(wrong))).as(wrong).isFalse();
    }
    assertThat(USER.accepts(null)).isFalse();
    assertThat(USER.accepts("Basic !!!")).as("no Base64").isFalse();
    assertThat(USER.accepts(basic("ann:päss:word").replace("Basic", "Bearer"))).isFalse();
    assertThatThrownBy(() -> new BasicAuth("a:b", "c")).hasMessageContaining("colon");
  }

  @Test
  void shouldKnowTheTokenOnly() {
    Credential token = Credential.bearer("sk-päss");
    assertThat(token.accepts("Bearer sk-päss")).isTrue();
    assertThat(token.accepts("bearer  sk-päss ")).isTrue();
    for (String wrong : List.of("sk-päs", "sk-päss1", "", "SK-PÄSS")) {
      assertThat(token.accepts("Bearer " + wrong)).as(wrong).isFalse();
    }
    assertThat(token.accepts("sk-päss")).isFalse();
    assertThat(token.accepts("Basic sk-päss")).isFalse();
    assertThat(token.accepts(null)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8080, http://localhost:8080, same-origin",
    "LOCALHOST:8080, http://localhost:8080, same-origin",
    "127.0.0.1, http://127.0.0.1, same-origin",
    "[::1]:8080, http://[::1]:8080, same-origin",
    "10.1.2.3:80, http://10.1.2.3:80, same-origin",
    "questream.example, https://questream.example, same-origin",
    "localhost:8080, , none",
    "localhost:8080, ,"
  })
  void shouldLetItsOwnPageAsk(String host, String origin, String site) {
    assertThat(ORIGINS.refusal(host, origin, site)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8080, http://evil.example, cross-site",
    "localhost:8080, http://localhost:9090, same-site",
    "localhost:8080, http://localhost:9090,",
    "localhost:8080, null,",
    "localhost:8080, , cross-site",
    "localhost:8080, file://localhost:8080,",
    "evil.example:8080, http://evil.example:8080, same-origin",
    "localhost.evil.example, http://localhost.evil.example, same-origin",
    "1.2.3.4.evil.example, http://1.2.3.4.evil.example, same-origin",
    ", http://localhost, same-origin"
  })
  void shouldNotLetForeignPagesAsk(String host, String origin, String site) {
    assertThat(ORIGINS.refusal(host, origin, site)).isPresent();
  }
}
