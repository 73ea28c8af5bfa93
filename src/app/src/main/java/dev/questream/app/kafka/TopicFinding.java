package dev.questream.app.kafka;

/**
 * What is wrong with a topic, in a line for a person.
 *
 * @param severe whether the application will stop because of it
 * @param text what is set, what comes of it, and what to set instead
 */
record TopicFinding(boolean severe, String text) {}
