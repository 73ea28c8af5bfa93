package dev.questream.app.deadletter;

import dev.questream.app.kafka.TopicScan;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends dead letters back to the topic that they came from, each once.
 *
 * <p>A replayed question and the {@link ReplayJournal}'s record of it are committed in one
 * transaction. All replays of an application share a transactional id: a replay first ends what an
 * earlier one left open and shuts out one that is still running, and reads the journal only then.
 * So whatever is killed when, and whichever reasons are chosen, a dead letter is sent once; only
 * {@code again} sends it another time.
 *
 * <p>Dead letters are sent partition after partition of their topic, in its order. With one
 * partition, as the contract of the topics has it, every partition of the target receives them in
 * the order in which they died.
 */
public final class DeadLetterReplay implements AutoCloseable {
  private static final int TRANSACTION_LETTERS = 500;
  private static final Duration TRANSACTION_AGE = Duration.ofSeconds(5);

  private final QuestreamConfig config;
  private final Selection selection;
  private final ReplayTarget target;
  private final Listener listener;
  private final ReplayTransactions transactions;
  private final ReplayJournal journal;
  private final ReplayTally tally = new ReplayTally();
  private long uncommitted;
  private long opened;

  /**
   * Which dead letters to replay.
   *
   * @param again those too that have been replayed before
   * @param limit how many at most
   */
  public record Selection(DeadLetterFilter filter, boolean again, long limit) {}

  /** Told how a replay goes on. */
  public interface Listener {
    /** This dead letter is sent, or would be. */
    void chosen(DeadLetter letter, ProducerRecord<byte[], byte[]> question);

    /** So many are sent and committed by now. */
    void committed(long letters);
  }

  private DeadLetterReplay(
      QuestreamConfig config,
      Selection selection,
      ReplayTarget target,
      Listener listener,
      ReplayTransactions transactions,
      ReplayJournal journal) {
    this.config = config;
    this.selection = selection;
    this.target = target;
    this.listener = listener;
    this.transactions = transactions;
    this.journal = journal;
  }

  /** A replay that sends. */
  public static DeadLetterReplay open(
      QuestreamConfig config,
      Topics topics,
      Selection selection,
      ReplayTarget target,
      Listener listener) {
    ReplayJournal.prepare(config, topics);
    ReplayTransactions transactions = new ReplayTransactions(config);
    try {
      ReplayJournal journal = ReplayJournal.readPrepared(config, topics); // once fenced
      return new DeadLetterReplay(config, selection, target, listener, transactions, journal);
    } catch (RuntimeException e) {
      transactions.close();
      throw e;
    }
  }

  /** A replay that only says what it would send; it writes nothing and disturbs no other. */
  public static DeadLetterReplay dryRun(
      QuestreamConfig config,
      Topics topics,
      Selection selection,
      ReplayTarget target,
      Listener listener) {
    ReplayJournal journal = ReplayJournal.read(config, topics);
    return new DeadLetterReplay(config, selection, target, listener, null, journal);
  }

  /** Replays what is there now; what dies meanwhile is left for another replay. */
  public ReplayTally run() {
    Set<DeadLetterPosition> wanted = new HashSet<>(selection.filter().places());
    try (TopicScan scan = new TopicScan(config, config.getString(QuestreamConfig.DLQ_TOPIC))) {
      while (tally.replayed() < selection.limit() && scan.hasNext()) {
        DeadLetter letter = new DeadLetter(scan.next());
        wanted.remove(letter.place());
        if (selection.filter().matches(letter)) {
          consider(letter);
        }
      }
      if (!scan.hasNext()) { // not cut short by the limit
        tally.absent(wanted);
      }
      if (transactions != null && tally.replayed() > 0) {
        journal.expired(scan.beginnings()).forEach(entry -> transactions.send(entry, "expired"));
        commit();
      }
    }
    return tally;
  }

  private void consider(DeadLetter letter) {
    if (!target.accepts(letter)) {
      tally.notOurs();
    } else if (!letter.cut().isEmpty()) {
      tally.cut();
    } else if (!selection.again() && journal.contains(letter.place())) {
      tally.replayedBefore();
    } else {
      replay(letter);
    }
  }

  private void replay(DeadLetter letter) {
    long nowMs = System.currentTimeMillis();
    ProducerRecord<byte[], byte[]> question = target.record(letter, nowMs);
    if (transactions != null) {
      send(letter, question, nowMs);
    }
    tally.replayed(letter, question.timestamp() != letter.sourceTimestampMs());
    listener.chosen(letter, question);
    if (uncommitted >= TRANSACTION_LETTERS
        || (uncommitted > 0 && System.nanoTime() - opened > TRANSACTION_AGE.toNanos())) {
      commit();
    }
  }

  private void send(DeadLetter letter, ProducerRecord<byte[], byte[]> question, long nowMs) {
    if (uncommitted == 0) {
      opened = System.nanoTime();
    }
    transactions.send(question, letter.place());
    transactions.send(journal.entry(letter, target.topic(), nowMs), letter.place());
    uncommitted++;
  }

  private void commit() {
    transactions.commit();
    uncommitted = 0;
    listener.committed(tally.replayed());
  }

  /** Takes back what is not committed. */
  @Override
  public void close() {
    if (transactions != null) {
      transactions.close();
    }
  }
}
