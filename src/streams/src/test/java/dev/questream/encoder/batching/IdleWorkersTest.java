package dev.questream.encoder.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IdleWorkersTest {
  private final ReentrantLock lock = new ReentrantLock();
  private final IdleWorkers idle = new IdleWorkers(lock);
  private final Queue<String> woken = new ConcurrentLinkedQueue<>();

  private Thread waiting(String name, boolean first, long nanos) {
    Thread thread =
        new Thread(
            () -> {
              lock.lock();
              try {
                idle.await(first, nanos);
                woken.add(name);
              } catch (InterruptedException e) {
                woken.add(name + " interrupted");
              } finally {
                lock.unlock();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    Thread.State expected = nanos < 0 ? Thread.State.WAITING : Thread.State.TIMED_WAITING;
    Awaitility.await().until(() -> thread.getState() == expected);
    return thread;
  }

  private void wake(Runnable how) {
    lock.lock();
    try {
      how.run();
    } finally {
      lock.unlock();
    }
  }

  private void assertWoken(String... names) {
    Awaitility.await().untilAsserted(() -> assertThat(woken).containsExactly(names));
  }

  @Test
  void shouldWakeThePreferredWorkerFirstAndTheOthersInTurn() {
    waiting("a", false, -1);
    waiting("b", false, -1);
    waiting("preferred", true, -1);
    wake(idle::wakeOne);
    assertWoken("preferred");
    wake(idle::wakeOne);
    assertWoken("preferred", "a");
    wake(idle::wakeOne);
    assertWoken("preferred", "a", "b");
    wake(idle::wakeOne); // nobody waits any more
  }

  @Test
  void shouldWakeAll() {
    List<Thread> threads = List.of(waiting("a", false, -1), waiting("b", true, -1));
    wake(idle::wakeAll);
    Awaitility.await().until(() -> threads.stream().noneMatch(Thread::isAlive));
    assertThat(woken).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void shouldForgetWorkersThatNoLongerWait() {
    waiting("impatient", true, 500_000_000);
    waiting("interrupted", true, -1).interrupt();
    assertWoken("interrupted interrupted", "impatient");
    waiting("last", false, -1);
    wake(idle::wakeOne);
    assertWoken("interrupted interrupted", "impatient", "last");
  }
}
