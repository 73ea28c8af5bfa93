package dev.questream.lab.chaos.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** All guarantees together: silent at a right stream, and each at what is another's to say. */
class GuaranteesTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final Random RANDOM = new Random(SEED);
  private static final int PARTITIONS = 4;

  private final Scene scene = new Scene();

  /** Questions of all kinds, by partition. */
  private List<List<Integer>> ask(int count) {
    List<List<Integer>> partitions = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      partitions.add(new ArrayList<>());
    }
    List<Integer> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int partition = RANDOM.nextInt(PARTITIONS);
      int roll = RANDOM.nextInt(10);
      int number;
      if (roll == 0) {
        number = scene.poison(partition, "unreadable");
      } else if (roll == 1 && !questions.isEmpty()) {
        number = scene.tombstone(questions.get(RANDOM.nextInt(questions.size())));
      } else {
        number = scene.question(partition);
        questions.add(number);
      }
      partitions.get(scene.positions.partition(number)).add(number);
    }
    return partitions;
  }

  /** Partitions are read interleaved, each in order. */
  private static List<Integer> interleave(List<List<Integer>> partitions) {
    List<Integer> turns = new ArrayList<>();
    for (int p = 0; p < partitions.size(); p++) {
      turns.addAll(Collections.nCopies(partitions.get(p).size(), p));
    }
    Collections.shuffle(turns, RANDOM);
    int[] next = new int[partitions.size()];
    return turns.stream().map(p -> partitions.get(p).get(next[p]++)).toList();
  }

  @RepeatedTest(50)
  void shouldFindNothingInARightStream() {
    interleave(ask(200)).forEach(scene::answer);
    assertThat(scene.found()).as("seed %d", SEED).isEmpty();
    assertThat(scene.lost.pending()).isZero();
    assertThat(scene.duplicated.repeated()).isZero();
  }

  @RepeatedTest(20)
  void shouldFindOneMissingAnswer() {
    List<Integer> order = interleave(ask(100));
    int missing = order.get(order.size() - 1); // nothing follows from it, as from a deleted one
    order.subList(0, order.size() - 1).forEach(scene::answer);
    assertThat(scene.found()).as("seed %d", SEED).isEqualTo(Map.of("lost", 1L));
    assertThat(scene.lost.violations().examples().get(0).what())
        .contains("number " + missing)
        .contains("questions-" + scene.positions.partition(missing))
        .contains("offset " + scene.positions.offset(missing));
  }

  @RepeatedTest(20)
  void shouldFindOneAnswerTooMany() {
    List<Integer> order = interleave(ask(100));
    order.forEach(scene::answer);
    scene.answer((int) order.get(RANDOM.nextInt(order.size())));
    assertThat(scene.found()).as("seed %d", SEED).isEqualTo(Map.of("duplicated", 1L));
  }

  @Test
  void shouldKeepExamplesFewAndCountAll() {
    for (int i = 0; i < 100; i++) {
      scene.question(0);
    }
    assertThat(scene.lost.violations().count()).isEqualTo(100);
    assertThat(scene.lost.violations().examples()).hasSize(Violations.EXAMPLES);
  }

  @Test
  void shouldFindAnAnswerThatCannotBeTraced() {
    scene.answer(new Consumed.Stray(scene.place("embeddings"), "it has no number"));
    assertThat(scene.found()).isEqualTo(Map.of("wrong vector", 1L));
  }
}
