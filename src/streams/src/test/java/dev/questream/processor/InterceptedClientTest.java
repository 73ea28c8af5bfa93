package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One method is answered by the wrapper, the others by the client. */
class InterceptedClientTest {
  /** A client with an overloaded method and one that fails. */
  public interface Client {
    String send(String text);

    String send(String text, int times);

    String flush() throws InterruptedException;
  }

  private final List<Object[]> intercepted = new ArrayList<>();

  private Client wrap(Client client) {
    return InterceptedClient.of(
        Client.class,
        client,
        "send",
        arguments -> {
          intercepted.add(arguments);
          return "here";
        });
  }

  private static Client client() {
    return new Client() {
      @Override
      public String send(String text) {
        return "there";
      }

      @Override
      public String send(String text, int times) {
        return "there";
      }

      @Override
      public String flush() throws InterruptedException {
        throw new InterruptedException("flushing");
      }

      @Override
      public String toString() {
        return "the client";
      }
    };
  }

  @Test
  void shouldAnswerAllOverloadsOfTheMethod() {
    Client wrapped = wrap(client());
    assertThat(wrapped.send("a")).isEqualTo("here");
    assertThat(wrapped.send("b", 2)).isEqualTo("here");
    assertThat(intercepted).containsExactly(new Object[] {"a"}, new Object[] {"b", 2});
  }

  @Test
  void shouldThrowWhatTheClientThrows() {
    assertThatThrownBy(() -> wrap(client()).flush())
        .isInstanceOf(InterruptedException.class)
        .hasMessage("flushing");
  }

  @Test
  void shouldThrowWhatTheInterceptorThrows() {
    Client failing =
        InterceptedClient.of(
            Client.class,
            client(),
            "send",
            arguments -> {
              throw new IllegalStateException("no");
            });
    assertThatThrownBy(() -> failing.send("a")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldEqualItselfOnly() {
    Client client = client();
    Client wrapped = wrap(client);
    assertThat(Set.of(wrapped).contains(wrapped)).isTrue();
    assertThat(wrapped).isNotEqualTo(wrap(client)).hasToString("the client");
    assertThat(wrapped.hashCode()).isEqualTo(client.hashCode());
  }
}
