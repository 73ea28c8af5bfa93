package dev.questream.encoder;

import java.util.concurrent.CompletableFuture;

/** A tokenized text that waits for a worker, and the future that hears of it. */
record WaitingText(TokenizedText text, CompletableFuture<Embedding> future) {

  int tokens() {
    return text.ids().length;
  }
}
