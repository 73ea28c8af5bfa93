package dev.questream.lab.bench.stream;

/**
 * What the threads of each stage did with their time, as shares from 0 to 1.
 *
 * <p>The first four are of the stream threads' time, by Kafka Streams' own account. {@code process}
 * contains the wait for the encoder when a task holds as much as it may; {@code punctuate} is
 * harvest, forward and serialization of answers. What is missing to 1 is the loop's own
 * housekeeping.
 *
 * @param poll waiting for and fetching questions
 * @param process taking questions in, and waiting for the encoder when too many are pending
 * @param punctuate harvesting answers and forwarding them
 * @param commit flushing and committing
 * @param tokenize processor time of the tokenizer's thread
 * @param encode time that the workers spent inside the model, of the time of all workers; the rest
 *     they waited for questions
 */
public record StageShares(
    double poll, double process, double punctuate, double commit, double tokenize, double encode) {}
