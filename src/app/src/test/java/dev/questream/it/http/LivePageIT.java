package dev.questream.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.questream.app.page.Neighbours;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderRole;
import dev.questream.it.KafkaFixture;
import dev.questream.model.Encoders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The live page in a real browser; skipped where there is none. Pictures go to target/page. */
@Timeout(240)
class LivePageIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Path PICTURES = Path.of("target/page");
  private static final Neighbours PASSAGES =
      vector -> List.of(new Neighbours.Neighbour("A title", "A text <b>as it is</b>", 0.5f));
  @TempDir Path folder;

  @Test
  void shouldAskAQuestionAndSeeItCommitted() throws Exception {
    Optional<Path> program = Chromium.find();
    assumeThat(program).as("a chromium or google-chrome on the PATH").isPresent();
    EmbeddedBroker broker = KafkaFixture.broker();
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    QuestreamConfig config = kafka.config(Map.of("http.port", "0", "http.ask.enabled", "true"));
    try (QuestreamApplication application =
            QuestreamApplication.start(
                config,
                observer -> Encoders.open(config, EncoderRole.QUESTION, observer),
                PASSAGES);
        Chromium browser = Chromium.start(program.get(), folder)) {
      application.awaitRunning(LIMIT);
      String address =
          "http://localhost:%d/".formatted(application.httpAddress().orElseThrow().getPort());
      look(browser, address);
      List<?> committed = kafka.read(config, 1, LIMIT);
      assertThat(committed).as("the page asked for real").hasSize(1);
    }
  }

  private static void look(Chromium browser, String address) throws Exception {
    browser.show(1280, 800, false, true);
    browser.open(address);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                browser.evaluate("document.querySelectorAll('#grid svg path').length").asInt()
                    >= 6);
    assertThat(text(browser, "#state-text")).isEqualTo("RUNNING");
    assertThat(text(browser, "#facts")).contains("bge-small-en-v1.5", "cpu", "exactly once");
    browser.evaluate("document.getElementById('question').focus()");
    browser.type("Who wrote <Hamlet>?");
    browser.press("Enter", 13);
    await().atMost(LIMIT).until(() -> text(browser, "#ask-status").startsWith("Committed after"));
    assertThat(text(browser, "#result"))
        .contains("produced", "read", "queued", "batched", "encoded", "forwarded", "committed")
        .contains("384 dimensions", "A text <b>as it is</b>");
    await().atMost(LIMIT).until(() -> text(browser, "#recent").contains("-questions "));
    assertThat(text(browser, "#dead-none")).isEqualTo("None since the start.");
    assertThat(text(browser, "#charts-title")).isEqualTo("Since the start");
    assertThat(browser.evaluate(SPIKE).asInt()).as("the axis after a spike").isEqualTo(40);
    browser.screenshot(PICTURES.resolve("light.png"), false);
    browser.show(1280, 800, true, true);
    browser.screenshot(PICTURES.resolve("dark.png"), false);
    browser.show(360, 740, false, true);
    assertThat(browser.evaluate("document.documentElement.scrollWidth <= 360").asBoolean())
        .as("nothing to scroll sideways on a phone")
        .isTrue();
    browser.screenshot(PICTURES.resolve("phone.png"), false);
    assertThat(browser.evaluate(UNNAMED).asInt()).as("controls without a name").isZero();
    assertThat(browser.console()).as("errors and warnings on the console").isEmpty();
    assertThat(browser.requests())
        .isNotEmpty()
        .allSatisfy(request -> assertThat(request).startsWith(address));
  }

  private static final String SPIKE =
      "import('./chart.js').then(chart => chart.height([[9000, ...Array(99).fill(20)]], 10))";

  /** Controls that a screen reader could not name. */
  private static final String UNNAMED =
      "[...document.querySelectorAll('button, input, textarea, svg')].filter(each =>"
          + " !(each.textContent.trim() || each.labels?.[0]?.textContent.trim()"
          + " || each.getAttribute('aria-label'))).length";

  private static String text(Chromium browser, String selector) {
    return browser
        .evaluate("document.querySelector('%s').textContent".formatted(selector))
        .asText();
  }
}
