package dev.questream.processor;

/**
 * The names of an embed processor, its stores and its children in the topology.
 *
 * @param processor the processor's own node
 * @param store its pending store
 * @param digests its store of digests, there with {@code unchanged=skip} only
 * @param embeddings the child that takes embeddings and deletions
 * @param deadLetters the child that takes dead letters
 */
public record EmbedNodes(
    String processor, String store, String digests, String embeddings, String deadLetters) {}
