package dev.questream.app.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.app.io.Json;
import dev.questream.encoder.BatchRun;
import dev.questream.encoder.EncoderTrail;
import dev.questream.processor.Trail;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** The way of a question as the page shows it. */
class JourneyTest {
  private static final long MS = 1_000_000;
  private static final Journey.Answer REJECTED = new Journey.Answer.Rejected("unreadable", "why");

  private static Trail trail(EncoderTrail origin) {
    return new Trail("q", "questions", 2, 7, false, 5 * MS, 9 * MS, 40 * MS, origin);
  }

  private static JsonNode json(long producedNanos, Optional<Trail> trail) {
    return Json.tree(
        JourneyJson.of(
            new Journey("q", 0, producedNanos, trail, 60 * MS, REJECTED), Neighbours.NONE));
  }

  @Test
  void shouldShowEveryStepAsItWasMeasured() {
    EncoderTrail origin = new EncoderTrail(10 * MS, new BatchRun(3, 15 * MS, 35 * MS, 4, 90));
    JsonNode steps = json(4 * MS, Optional.of(trail(origin))).path("steps");
    assertThat(steps.findValuesAsText("name"))
        .containsExactly(
            "produced", "read", "queued", "batched", "encoded", "forwarded", "committed");
    assertThat(steps.findValues("at_ms").stream().map(JsonNode::asDouble))
        .containsExactly(4.0, 5.0, 10.0, 15.0, 35.0, 40.0, 60.0);
    assertThat(steps.findValues("took_ms").stream().mapToDouble(JsonNode::asDouble).sum())
        .isEqualTo(60.0);
    assertThat(steps.path(4).path("note").asText()).contains("4 questions", "90 tokens");
  }

  @Test
  void shouldNotCountBackwardsWhereTheBrokersAnswerIsLate() {
    JsonNode steps = json(6 * MS, Optional.of(trail(null))).path("steps");
    assertThat(steps.path(0).path("at_ms").asDouble()).isEqualTo(6.0);
    assertThat(steps.path(1).path("at_ms").asDouble()).isEqualTo(5.0);
    assertThat(steps.path(1).path("took_ms").asDouble()).isZero();
  }

  @Test
  void shouldFillInNothing() {
    JsonNode elsewhere = json(0, Optional.empty());
    assertThat(elsewhere.path("here").asBoolean()).isFalse();
    assertThat(elsewhere.path("steps").findValuesAsText("name")).containsExactly("committed");
    JsonNode cached = json(4 * MS, Optional.of(trail(new EncoderTrail(10 * MS, null))));
    assertThat(cached.path("steps").findValuesAsText("name"))
        .containsExactly("produced", "read", "queued", "encoded", "forwarded", "committed");
  }

  @Test
  void shouldRememberFollowedQuestionsOnly() {
    FollowedQuestions followed = new FollowedQuestions();
    followed.answering(trail(null), null, new RecordHeaders());
    assertThat(followed.end("q")).isEmpty();
    followed.follow("q");
    assertThat(followed.end("q")).as("not answered here").isEmpty();
    followed.follow("q");
    followed.answering(trail(null), null, new RecordHeaders());
    assertThat(followed.end("q")).hasValue(trail(null));
    followed.answering(trail(null), null, new RecordHeaders());
    assertThat(followed.end("q")).as("no longer followed").isEmpty();
  }
}
