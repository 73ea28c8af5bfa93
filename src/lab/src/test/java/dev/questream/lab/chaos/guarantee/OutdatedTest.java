package dev.questream.lab.chaos.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.RecordPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutdatedTest {
  private final List<Expected> asked = new ArrayList<>();
  private final Positions positions = new Positions();
  private final Outdated outdated =
      new Outdated(
          positions,
          new Expected.Workload() {
            @Override
            public Expected expected(int number) {
              return asked.get(number);
            }

            @Override
            public int origin(int number) {
              return 0;
            }
          });

  private static Expected.Embedding question(String text) {
    return new Expected.Embedding("q0", text, Map.of(), 0, 0);
  }

  private void ask(Expected expected) {
    asked.add(expected);
    Produced produced = new Produced(asked.size() - 1, 0, asked.size() - 1);
    positions.put(produced);
    outdated.onProduced(produced);
  }

  private void answer(int number) {
    RecordPosition place = new RecordPosition("embeddings", 0, number);
    outdated.onConsumed(
        asked.get(number) instanceof Expected.Tombstone
            ? new Consumed.Deleted(number, place, 0, "q0")
            : new Consumed.Embedded(number, place, 0, "q0", 0, null));
  }

  private long found() {
    return outdated.violations().count();
  }

  @Test
  void shouldAcceptTheAnswerToTheLastQuestionOrToItsLike() {
    ask(question("A"));
    ask(question("B"));
    ask(new Expected.Unchanged(question("B")));
    answer(0);
    assertThat(found()).isEqualTo(1);
    answer(1);
    assertThat(found()).isZero();
    ask(new Expected.Tombstone("q0", 0));
    assertThat(found()).isEqualTo(1);
    answer(3);
    assertThat(found()).isZero();
  }

  @Test
  void shouldNoticeAnAnswerThatComesBack() {
    ask(question("A"));
    ask(question("B"));
    answer(0);
    answer(1);
    answer(0);
    assertThat(outdated.violations().examples().get(0).what())
        .isEqualTo(
            "the last answer to the id of number 0 (questions-0 offset 0) is that to number 0"
                + " (questions-0 offset 0), which is not that to number 1 (questions-0 offset 1)");
  }
}
