package dev.questream.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.serde.fields.Nearest;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnknownKeysTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @CsvSource({
    "'','',0",
    "'',abc,3",
    "abc,'',3",
    "abc,abc,0",
    "kitten,sitting,3",
    "flaw,lawn,2",
    "model,modle,2",
    "a,b,1"
  })
  void shouldMeasureTheLevenshteinDistance(String a, String b, int distance) {
    assertThat(Nearest.distance(a, b)).isEqualTo(distance);
    assertThat(Nearest.distance(b, a)).isEqualTo(distance);
  }

  @Test
  void shouldBeZeroForEqualWordsAndAtMostTheNumberOfEdits() {
    for (int i = 0; i < 1000; i++) {
      StringBuilder word = new StringBuilder("window.max.questions");
      String original = word.toString();
      int edits = random.nextInt(5);
      for (int j = 0; j < edits; j++) {
        int at = random.nextInt(word.length());
        switch (random.nextInt(3)) {
          case 0 -> word.deleteCharAt(at);
          case 1 -> word.insert(at, 'x');
          default -> word.setCharAt(at, 'y');
        }
      }
      assertThat(Nearest.distance(original, word.toString()))
          .as("%s, seed %d", word, SEED)
          .isBetween(word.toString().equals(original) ? 0 : 1, edits);
    }
  }

  @Test
  void shouldNameTheKeyTheNearestOneAndThePrefixesOfKafka() {
    assertThat(UnknownKeys.message("modell", List.of("dlq.topic", "model", "state.dir")))
        .contains("there is no setting modell")
        .contains("did you mean model?")
        .contains("kafka., streams., producer. or consumer.");
  }

  @ParameterizedTest
  @CsvSource({
    "num.stream.threads,streams.num.stream.threads",
    "num.stream.thread,streams.num.stream.threads",
    "security.protocol,kafka.security.protocol",
    "sasl.jaas.config,kafka.sasl.jaas.config",
    "linger.ms,producer.linger.ms",
    "max.poll.records,consumer.max.poll.records"
  })
  void shouldNameThePrefixOfASettingOfKafka(String key, String right) {
    assertThat(UnknownKeys.message(key, QuestreamConfig.CONFIG.names()))
        .contains("did you mean %s?".formatted(right));
  }

  @Test
  void shouldNameTheFirstByNameOfEquallyNearOnes() {
    assertThat(UnknownKeys.message("x", List.of("c", "b", "a"))).contains("did you mean a?");
  }
}
