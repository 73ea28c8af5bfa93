/**
 * Every setting, once: typed, documented, validated. {@link
 * dev.questream.config.QuestreamConfig#CONFIG} is the definition that the configuration page of the
 * documentation is generated from.
 *
 * <p>May import {@code encoder} and {@code serde} for their choices, and Kafka's configuration
 * classes. <b>Threading:</b> immutable.
 */
package dev.questream.config;
