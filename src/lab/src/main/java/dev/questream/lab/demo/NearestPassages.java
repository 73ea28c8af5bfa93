package dev.questream.lab.demo;

import dev.questream.app.page.Neighbours;
import dev.questream.lab.retrieval.ExactIndex;
import dev.questream.lab.retrieval.Passage;
import java.util.List;

/** The demo's passages for the live page. */
final class NearestPassages implements Neighbours {
  private static final int SHOWN = 5;

  private final ExactIndex index;
  private final List<Passage> passages;

  /**
   * @param index of the passages' vectors, in their order
   */
  NearestPassages(ExactIndex index, List<Passage> passages) {
    this.index = index;
    this.passages = List.copyOf(passages);
  }

  @Override
  public List<Neighbour> nearest(float[] vector) {
    return index.search(vector, SHOWN).stream()
        .map(
            hit -> {
              Passage passage = passages.get(hit.position());
              return new Neighbour(passage.title(), passage.text(), hit.score());
            })
        .toList();
  }
}
