package dev.questream.processor;

import java.util.List;
import org.apache.kafka.common.header.Headers;

/** Tells several observers. */
final class ObserverChain implements EmbedObserver {
  private final List<EmbedObserver> observers;

  ObserverChain(EmbedObserver... observers) {
    this.observers = List.of(observers);
  }

  @Override
  public void pending(int change) {
    observers.forEach(observer -> observer.pending(change));
  }

  @Override
  public void windowClosed(int questions, long ageMs) {
    observers.forEach(observer -> observer.windowClosed(questions, ageMs));
  }

  @Override
  public void embedded(long endToEndMs, boolean truncated) {
    observers.forEach(observer -> observer.embedded(endToEndMs, truncated));
  }

  @Override
  public void deleted() {
    observers.forEach(EmbedObserver::deleted);
  }

  @Override
  public void skipped(String kind) {
    observers.forEach(observer -> observer.skipped(kind));
  }

  @Override
  public void deadLetter(DeadLetterReason reason) {
    observers.forEach(observer -> observer.deadLetter(reason));
  }

  @Override
  public void idMoved() {
    observers.forEach(EmbedObserver::idMoved);
  }

  @Override
  public void answering(Trail trail, DeadLetterReason reason, Headers headers) {
    observers.forEach(observer -> observer.answering(trail, reason, headers));
  }
}
