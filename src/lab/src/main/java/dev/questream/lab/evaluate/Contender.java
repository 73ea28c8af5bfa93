package dev.questream.lab.evaluate;

import dev.questream.config.QuestreamConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model that is to be evaluated.
 *
 * @param questions settings with the question encoder, or with the topic
 * @param passages settings with the passage encoder, or with the topic
 * @param fromTopic whether question vectors are read from the embeddings topic
 * @param passagesFromTopic whether passage vectors are read from the embeddings topic
 * @param passageModelNamed whether the user named the passage encoder, and so answers for it
 * @param embeddings where passage vectors lie, or empty for the cache
 */
public record Contender(
    QuestreamConfig questions,
    QuestreamConfig passages,
    boolean fromTopic,
    boolean passagesFromTopic,
    boolean passageModelNamed,
    Optional<Path> embeddings) {}
