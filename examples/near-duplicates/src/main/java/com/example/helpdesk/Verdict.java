package com.example.helpdesk;

import dev.questream.avro.QuestionEmbedding;

/**
 * What a question turned out to be.
 *
 * @param embedding the question
 * @param repeats the id of the question that it repeats; null if it is new
 */
record Verdict(QuestionEmbedding embedding, String repeats) {
  boolean isNew() {
    return repeats == null;
  }
}
