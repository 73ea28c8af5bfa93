package dev.questream.serde.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.questream.avro.Question;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the client says that it is, and that it tells nobody else. */
class RegistryCredentialsTest {
  private static final String SECRET = "tops3cret";

  private final RegistryStandIn registry = new RegistryStandIn();

  @AfterEach
  void stop() {
    registry.close();
  }

  private Map<String, Object> settings(Object... more) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("schema.registry.url", registry.url());
    settings.put("max.retries", "0");
    for (int i = 0; i < more.length; i += 2) {
      settings.put((String) more[i], more[i + 1]);
    }
    return settings;
  }

  private static String basic(String userInfo) {
    return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
  }

  private void assertLetIn(Map<String, Object> settings) {
    assertThat(new ConfluentRegistryClient(settings).idFor("a", Question.getClassSchema()))
        .isEqualTo(RegistryStandIn.FIRST_ID);
  }

  private String urlWith(String userInfo) {
    return registry.url().replace("://", "://" + userInfo + "@");
  }

  @Test
  void shouldBringNothingWhereNothingIsSet() {
    registry.wantAuthorization(basic("u:p"));
    assertThatThrownBy(() -> assertLetIn(settings()))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("401")
        .hasMessageContaining("set basic.auth.user.info or bearer.auth.token");
  }

  @Test
  void shouldSayThatWhatItBroughtWasRefused() {
    registry.wantAuthorization(basic("u:p"));
    assertThatThrownBy(() -> assertLetIn(settings("basic.auth.user.info", "u:" + SECRET)))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("does not know this user or token")
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void shouldBringTheUserInfo() {
    registry.wantAuthorization(basic("ann:pass:wörd"));
    assertLetIn(settings("basic.auth.user.info", "ann:pass:wörd"));
    assertLetIn(settings("basic.auth.user.info", new Password("ann:pass:wörd")));
    assertLetIn(
        settings(
            "basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", "ann:pass:wörd"));
  }

  @Test
  void shouldBringTheUserOfTheUrl() {
    registry.wantAuthorization(basic("ann:p@ss/wörd"));
    String url = urlWith("ann:p%40ss%2Fw%C3%B6rd");
    assertLetIn(settings("schema.registry.url", url));
    assertLetIn(settings("schema.registry.url", url, "basic.auth.credentials.source", "URL"));
    assertThat(registry.requests()).allMatch(request -> request.startsWith("POST /subjects/"));
  }

  @Test
  void shouldTakeTheUserInfoAndNotTheUrlWhereThatIsNamed() {
    registry.wantAuthorization(basic("ann:right"));
    assertLetIn(
        settings(
            "schema.registry.url",
            urlWith("bob:wrong"),
            "basic.auth.credentials.source",
            "USER_INFO",
            "basic.auth.user.info",
            "ann:right"));
  }

  @Test
  void shouldBringTheToken() {
    registry.wantAuthorization("Bearer abc.DEF-123_~+/=");
    assertLetIn(settings("bearer.auth.token", "abc.DEF-123_~+/="));
    assertLetIn(
        settings(
            "bearer.auth.credentials.source",
            "STATIC_TOKEN",
            "bearer.auth.token",
            new Password("abc.DEF-123_~+/=")));
  }

  @ParameterizedTest
  @CsvSource({
    "basic.auth.credentials.source, SASL_INHERIT, must be URL or USER_INFO",
    "basic.auth.credentials.source, USER_INFO, basic.auth.user.info",
    "bearer.auth.credentials.source, OAUTHBEARER, must be STATIC_TOKEN",
    "bearer.auth.credentials.source, STATIC_TOKEN, bearer.auth.token",
    "basic.auth.user.info, tops3cret, user:password",
    "bearer.auth.token, tops3cret two, letters",
  })
  void shouldSayWhatIsWrongWithASetting(String key, String value, String expected) {
    assertThatThrownBy(() -> new RegistryConfig(settings(key, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(expected)
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void shouldRefuseAUserAndATokenAtOnce() {
    assertThatThrownBy(
            () ->
                new RegistryConfig(
                    settings("basic.auth.user.info", "a:" + SECRET, "bearer.auth.token", SECRET)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("not both")
        .hasMessageNotContaining(SECRET);
  }

  /** Parsers of URLs like to quote the URL that they do not understand. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://ann:tops3cret@localhost:80 81",
        "http://ann:tops3cret with space@localhost:8081",
        "http://ann:tops3cret@@localhost:8081?x",
        "ann:tops3cret@localhost:8081",
        "ftp://ann:tops3cret@localhost",
        "http://ann:tops3cret@localhost:8081#here",
        "http://localhost:8081,http://ann:tops3cret@local_host^:8081",
        "http://tops3cret@localhost:8081",
      })
  void shouldShowNoPasswordOfAUrlThatIsWrong(String url) {
    Throwable failure =
        catchThrowable(
            () -> new ConfluentRegistryClient(settings("schema.registry.url", url)).byId(1));
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      assertThat(cause.toString()).doesNotContain(SECRET);
    }
    assertThat(failure).isInstanceOf(ConfigException.class);
  }

  @Test
  void shouldShowNoSecretInAnyFailureNorAsText() {
    registry.answerAlways(500, "broken");
    Map<String, Object> settings = settings("schema.registry.url", urlWith("ann:" + SECRET));
    settings.put("schema.registry.ssl.keystore.password", SECRET);
    assertHidden(settings);
    assertHidden(settings("basic.auth.user.info", "ann:" + SECRET));
    assertHidden(settings("bearer.auth.token", SECRET));
    registry.close();
    assertHidden(settings);
  }

  private static void assertHidden(Map<String, Object> settings) {
    RegistryConfig config = new RegistryConfig(settings);
    ConfluentRegistryClient client = new ConfluentRegistryClient(config);
    Throwable failure = catchThrowable(() -> client.byId(1));
    assertThat(failure).isInstanceOf(SchemaRegistryException.class);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      assertThat(cause.toString()).doesNotContain(SECRET);
    }
    assertThat(List.of(client, config, config.urls(), config.tlsSettings()).toString())
        .doesNotContain(SECRET);
  }
}
