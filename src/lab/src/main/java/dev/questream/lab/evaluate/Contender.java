package dev.questream.lab.evaluate;

import dev.questream.config.QuestreamConfig;

/**
 * A model that is to be evaluated.
 *
 * @param questions settings with the question encoder, or with the topic
 * @param fromTopic whether question vectors are read from the embeddings topic
 * @param passages where passage vectors come from
 */
public record Contender(QuestreamConfig questions, boolean fromTopic, PassageSource passages) {}
