package dev.questream.lab.retrieval;

/**
 * A passage that may answer questions.
 *
 * @param id unique in its collection
 * @param title title of the document that it is from, may be empty
 * @param text its body
 */
public record Passage(String id, String title, String text) {}
