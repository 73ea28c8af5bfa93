package dev.questream.processor;

/**
 * The names of an embed processor, its store and its children in the topology.
 *
 * @param processor the processor's own node
 * @param store its pending store
 * @param embeddings the child that takes embeddings and deletions
 * @param deadLetters the child that takes dead letters
 */
public record EmbedNodes(String processor, String store, String embeddings, String deadLetters) {}
