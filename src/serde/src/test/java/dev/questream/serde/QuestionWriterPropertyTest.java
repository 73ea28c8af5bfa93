package dev.questream.serde;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.avro.Question;
import dev.questream.serde.QuestionWriter.Written;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

/** Whatever settings and questions: what is written is read as the same, or refused. */
class QuestionWriterPropertyTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int MAPPINGS = 2_000;
  private static final int QUESTIONS = 5;
  private static final List<String> STEPS = List.of("a", "b", "0", "1", "@c", "id", "data", "text");
  private static final List<String> PIECES =
      List.of("x", "7", "/", "{", "\"", "\n", " ", "é", "😀", "\u0000", "a/b", "null", "-1");

  private final Random random = new Random(SEED);

  private String path() {
    return switch (random.nextInt(10)) {
      case 0 -> "key";
      case 1 -> "key." + steps();
      case 2 -> "headers." + steps();
      case 3 -> "value." + steps();
      default -> steps();
    };
  }

  private String steps() {
    List<String> steps = new ArrayList<>();
    do {
      steps.add(STEPS.get(random.nextInt(STEPS.size())));
    } while (random.nextInt(3) == 0);
    return String.join(".", steps);
  }

  private String paths() {
    return random.nextInt(4) == 0 ? path() + "," + path() : path();
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("input.format", random.nextInt(4) == 0 ? "auto" : "json");
    for (String name : List.of("input.text", "input.id", "input.title", "input.metadata")) {
      if (random.nextInt(3) != 0) {
        settings.put(name, paths());
      }
    }
    if (random.nextInt(3) == 0) {
      settings.put("input.asked.at", random.nextBoolean() ? "timestamp" : path());
    }
    if (random.nextInt(3) == 0) {
      settings.put("input.envelope", "cloudevents");
    }
    if (random.nextInt(3) == 0) {
      settings.put(
          "input.key", List.of("string", "json", "int", "long", "uuid").get(random.nextInt(5)));
    }
    return settings;
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    do {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    } while (random.nextInt(3) != 0);
    return text.toString();
  }

  @Test
  void shouldReadWhatItWritesOrRefuse() {
    int same = 0;
    int refused = 0;
    for (int i = 0; i < MAPPINGS; i++) {
      Map<String, String> settings = settings();
      QuestionWriter writer;
      QuestionDecoder decoder;
      try {
        decoder = new QuestionDecoder(settings);
        writer = new QuestionWriter(settings, "questions");
      } catch (ConfigException e) {
        refused++;
        continue;
      }
      for (int q = 0; q < QUESTIONS; q++) {
        Question question =
            new Question(
                random.nextBoolean() ? Integer.toString(random.nextInt()) : text(),
                text(),
                Map.of(),
                random.nextLong(1, 4_000_000_000_000L));
        String title = random.nextBoolean() ? "" : text();
        try {
          Written written = writer.write(question, title);
          long timestamp = written.timestampMs() == null ? -1 : written.timestampMs();
          Reading.Asked asked =
              (Reading.Asked)
                  decoder.read(written.key(), written.value(), written.headers(), timestamp);
          assertThat(List.of(asked.id(), asked.question().getText(), asked.title()))
              .as("seed %d, %s", SEED, settings)
              .containsExactly(question.getId(), question.getText(), title);
          assertThat(asked.question().getAskedAtMs()).isIn(0L, question.getAskedAtMs());
          same++;
        } catch (WireException e) {
          refused++;
        } catch (RuntimeException e) {
          throw new AssertionError("seed %d, %s, %s".formatted(SEED, settings, question), e);
        }
      }
    }
    assertThat(same).as("seed %d, beside %d refusals", SEED, refused).isGreaterThan(MAPPINGS / 2);
  }
}
