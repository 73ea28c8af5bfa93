package dev.questream.app.rollover;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * How far an application has read the questions topic.
 *
 * @param state of its consumer group, as Kafka names it; {@code DEAD} if there is none
 * @param members of the group
 * @param partitions of the questions topic
 * @param atMs when this was so
 */
public record GroupProgress(String state, int members, Map<Integer, Span> partitions, long atMs) {

  /**
   * A partition.
   *
   * @param begin the first offset that is still there
   * @param committed the next offset that the application reads; the begin if it has none yet
   * @param end one behind the last committed record
   */
  public record Span(long begin, long committed, long end) {
    long lag() {
      return Math.max(0, end - Math.max(begin, committed));
    }

    long read() {
      return total() - lag();
    }

    long total() {
      return Math.max(0, end - begin);
    }
  }

  /**
   * Asks the brokers.
   *
   * @throws FatalException if they do not answer
   */
  static GroupProgress of(Admin admin, Side side) {
    Group group = group(admin, side.application());
    Map<Integer, Span> spans = new HashMap<>();
    List<TopicPartition> partitions =
        get(admin.describeTopics(List.of(side.questions())).topicNameValues().get(side.questions()))
            .partitions()
            .stream()
            .map(info -> new TopicPartition(side.questions(), info.partition()))
            .toList();
    Map<TopicPartition, OffsetAndMetadata> committed =
        get(
            admin
                .listConsumerGroupOffsets(side.application())
                .partitionsToOffsetAndMetadata(side.application()));
    Map<TopicPartition, Long> begins = offsets(admin, partitions, OffsetSpec.earliest());
    Map<TopicPartition, Long> ends = offsets(admin, partitions, OffsetSpec.latest());
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata offset = committed.get(partition);
      long begin = begins.get(partition);
      spans.put(
          partition.partition(),
          new Span(begin, offset == null ? begin : offset.offset(), ends.get(partition)));
    }
    return new GroupProgress(group.state(), group.members(), spans, System.currentTimeMillis());
  }

  private record Group(String state, int members) {}

  /** A group of either protocol: Kafka Streams may run with its own one. */
  private static Group group(Admin admin, String id) {
    try {
      ConsumerGroupDescription group =
          admin.describeConsumerGroups(List.of(id)).describedGroups().get(id).get();
      return new Group(group.groupState().name(), group.members().size());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return streamsGroup(admin, id);
      }
      throw failure(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static Group streamsGroup(Admin admin, String id) {
    try {
      StreamsGroupDescription group =
          admin.describeStreamsGroups(List.of(id)).describedGroups().get(id).get();
      return new Group(group.groupState().name(), group.members().size());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException
          || e.getCause() instanceof UnsupportedVersionException) {
        return new Group("DEAD", 0);
      }
      throw failure(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, List<TopicPartition> partitions, OffsetSpec which) {
    Map<TopicPartition, OffsetSpec> asked =
        partitions.stream().collect(Collectors.toMap(p -> p, p -> which));
    Map<TopicPartition, ListOffsetsResultInfo> found =
        get(admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all());
    return found.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static FatalException failure(Throwable cause) {
    return new FatalException(
        ExitCode.KAFKA,
        "no answer from Kafka: %s; check bootstrap.servers and the security settings"
            .formatted(cause.getMessage()),
        cause);
  }

  /** Whether it is at work: members share the partitions. */
  public boolean running() {
    return members > 0 && !state.equals("DEAD") && !state.equals("EMPTY");
  }

  public long lag() {
    return partitions.values().stream().mapToLong(Span::lag).sum();
  }

  public long read() {
    return partitions.values().stream().mapToLong(Span::read).sum();
  }

  public long total() {
    return partitions.values().stream().mapToLong(Span::total).sum();
  }

  /** Read, of what there is, in percent; 100 if there is nothing. */
  public double percent() {
    return total() == 0 ? 100 : 100.0 * read() / total();
  }

  private long committed() {
    return partitions.values().stream().mapToLong(Span::committed).sum();
  }

  private long end() {
    return partitions.values().stream().mapToLong(Span::end).sum();
  }

  /**
   * The pace since an earlier look.
   *
   * @return questions read in a second, and how many seconds the lag will last; infinite if it does
   *     not shrink
   */
  public Pace since(GroupProgress earlier) {
    double seconds = Math.max(1, atMs - earlier.atMs) / 1000.0;
    double read = Math.max(0, committed() - earlier.committed()) / seconds;
    double asked = Math.max(0, end() - earlier.end()) / seconds;
    double shrinking = read - asked;
    double eta = lag() == 0 ? 0 : shrinking > 0 ? lag() / shrinking : Double.POSITIVE_INFINITY;
    return new Pace(read, asked, eta);
  }

  /**
   * How fast it is.
   *
   * @param read questions read in a second
   * @param asked questions that came in a second
   * @param etaSeconds until nothing is left to read, at this pace
   */
  public record Pace(double read, double asked, double etaSeconds) {}
}
