package dev.questream.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.weights.ModelException;
import dev.questream.weights.ShardedCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the hub refuses, and what of the hub's answers is refused. */
class HubFailureTest extends HubTest {

  private AbstractThrowableAssert<?, ?> assertFetchFails() {
    return assertThatThrownBy(() -> models().fetch(ID)).isInstanceOf(ModelException.class);
  }

  @Test
  void shouldAskForATokenWhenThereIsNone() {
    hub.hubTricks.add(hub.statuses(401));

    assertThatThrownBy(
            () -> models(new HubSettings(hub.endpoint(), cache, Optional.empty(), false)).fetch(ID))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("wants a token for owner/tiny@main")
        .hasMessageContaining("set HF_TOKEN");
    assertThat(slept).isEmpty();
  }

  @Test
  void shouldSayThatTheTokenIsWrong() {
    hub.hubTricks.add(hub.statuses(401));

    assertFetchFails()
        .hasMessageContaining("does not accept the token")
        .hasMessageNotContaining("hf_secret");
  }

  @Test
  void shouldNameThePageOfTheTerms() {
    hub.hubTricks.add(hub.statuses(403));

    assertFetchFails()
        .hasMessageContaining("accept the terms on " + hub.endpoint() + "/owner/tiny");
  }

  @Test
  void shouldNameTheModelThatIsNotThere() {
    assertThatThrownBy(() -> models().fetch(HubId.parse("owner/other@v2")))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the hub has no owner/other@v2");
    assertThat(slept).isEmpty();
  }

  @Test
  void shouldTryAgainAfterErrorsOfTheServer() {
    hub.hubTricks.add(hub.statuses(500, 503));

    assertThat(models().fetch(ID)).isEqualTo(snapshot());
    assertThat(slept).containsExactly(Duration.ofMillis(100), Duration.ofMillis(200));
  }

  @Test
  void shouldGiveUpAfterTheLastAttempt() {
    hub.hubTricks.add(hub.statuses(500, 502, 504));

    assertFetchFails().hasMessageContaining("3 attempts").hasMessageContaining("answered 504");
    assertThat(hub.seen).hasSize(3);
  }

  @Test
  void shouldWaitAsLongAsTheServerAsks() {
    hub.hubTricks.add(
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "7");
          return hub.seen.size() == 1 && FakeHub.reply(exchange, 429, new byte[0]);
        });
    hub.storeTricks.add(
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "86400");
          return slept.size() == 1 && FakeHub.reply(exchange, 503, new byte[0]);
        });

    models().fetch(ID);

    assertThat(slept).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(60));
  }

  @Test
  void shouldAskForANewUrlWhenASignedOneHasRunOut() {
    hub.storeTricks.add(hub.statuses(403));

    assertThat(models().fetch(ID).resolve(WEIGHTS)).hasBinaryContent(CONTENT);
  }

  @Test
  void shouldStopARedirectLoop() {
    hub.hubTricks.add(exchange -> FakeHub.redirect(exchange, exchange.getRequestURI().getPath()));

    assertFetchFails().hasMessageContaining("redirected more than 5 times");
    assertThat(hub.seen).hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "ftp://localhost/x", "http://a:b@localhost/x"})
  void shouldFollowToNothingButTheWeb(String location) {
    hub.hubTricks.add(exchange -> FakeHub.redirect(exchange, location));

    assertFetchFails().hasMessageContaining("only https is followed");
  }

  @Test
  void shouldRefuseAnswersThatAreNotJson() {
    hub.hubTricks.add(
        exchange -> FakeHub.reply(exchange, 200, "<html>".getBytes(StandardCharsets.UTF_8)));

    assertFetchFails().hasMessageContaining("did not answer with JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "null", "{\"sha\": \"../../x\", \"siblings\": []}", ""})
  void shouldRefuseAListingWithoutACommit(String json) {
    hub.hubTricks.add(
        exchange -> FakeHub.reply(exchange, 200, json.getBytes(StandardCharsets.UTF_8)));

    assertFetchFails().hasMessageContaining("expected 40 hex digits");
  }

  @Test
  void shouldRefuseAListingThatIsTooLarge() {
    hub.hubTricks.add(exchange -> FakeHub.reply(exchange, 200, new byte[(16 << 20) + 1]));

    assertFetchFails().hasMessageContaining("more than 16777216 bytes");
  }

  @Test
  void shouldRefuseAnotherCommitThanTheOneAskedFor() {
    assertThatThrownBy(() -> models().fetch(HubId.parse(FakeHub.MODEL + "@" + "a".repeat(40))))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("expected aaaa");
  }

  @Test
  void shouldNameTheFilesThereAreWithoutATokenizer() {
    hub.files.remove("tokenizer.json");

    assertFetchFails()
        .hasMessageContaining("owner/tiny@main has no tokenizer.json")
        .hasMessageContaining("README.md, config.json");
    assertThat(hub.gets(WEIGHTS)).isEmpty();
  }

  @Test
  void shouldNameTheFilesThereAreWithoutWeights() {
    hub.files.remove(WEIGHTS);

    assertFetchFails().hasMessageContaining("has no weights").hasMessageContaining("README.md");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../escaped", "/tmp/escaped", "a/../../escaped", "a\\\\..\\\\b", "a//b", ""})
  void shouldRefuseNamesThatLeaveTheModel(String name) throws IOException {
    put(name, "{}");

    assertFetchFails().hasMessageContaining("the hub's list of owner/tiny@main names the file");
    assertNothingIsOutside();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../escaped.safetensors", "/tmp/escaped.safetensors", ".."})
  void shouldRefuseShardsThatLeaveTheModel(String name) throws IOException {
    hub.files.remove(WEIGHTS);
    put(ShardedCheckpoint.INDEX, "{\"weight_map\": {\"a\": \"%s\"}}".formatted(name));

    assertFetchFails().hasMessageContaining("names the file '" + name);
    assertNothingIsOutside();
    assertThat(hub.bytesStored).hasValue(0);
  }

  @Test
  void shouldRefuseModulesThatLeaveTheModel() throws IOException {
    put("modules.json", "[{\"path\": \"../..\", \"type\": \"Pooling\"}]");

    assertFetchFails().hasMessageContaining("names the file '../..'");
    assertNothingIsOutside();
  }

  @Test
  void shouldRefuseShardsThatAreNotThere() {
    hub.files.remove(WEIGHTS);
    put(ShardedCheckpoint.INDEX, "{\"weight_map\": {\"a\": \"model-9.safetensors\"}}");

    assertFetchFails().hasMessageContaining("has no file model-9.safetensors");
  }

  private void assertNothingIsOutside() throws IOException {
    assertThat(Path.of("/tmp/escaped")).doesNotExist();
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile))
          .allSatisfy(file -> assertThat(file).startsWith(cache))
          .noneSatisfy(file -> assertThat(file.toString()).contains("escaped"));
    }
  }
}
