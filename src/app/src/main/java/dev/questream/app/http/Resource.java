package dev.questream.app.http;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What is behind a path.
 *
 * <p><b>Threading:</b> called on the server's threads, of which there are few: must not wait. What
 * takes time is answered with a future.
 */
public interface Resource {

  /** What a client asks for. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Call(String method, String query, byte[] body) {}

  /** The one method that is taken, beside HEAD where it is GET. */
  String method();

  /**
   * Answers a call. A failed future, as anything thrown, becomes status 500. Where a body was sent,
   * the future is cancelled when the client goes away.
   */
  CompletableFuture<Reply> answer(Call call);

  /** How many bytes a body may have. */
  default int maxBodyBytes() {
    return 64 << 10;
  }

  /**
   * Whether programs call it, under whatever name they know this machine by. Otherwise nobody does
   * but a page of ours, under a name of ours.
   */
  default boolean isForPrograms() {
    return false;
  }

  /** Words a refusal of the server itself as clients of this resource understand it. */
  default Reply refusal(int status, String why) {
    return Reply.text(status, why);
  }

  /** Answers GET at once. */
  static Resource of(Supplier<Reply> reply) {
    return of("GET", call -> CompletableFuture.completedFuture(reply.get()));
  }

  /** Answers one method. */
  static Resource of(String method, Function<Call, CompletableFuture<Reply>> answer) {
    return new Resource() {
      @Override
      public String method() {
        return method;
      }

      @Override
      public CompletableFuture<Reply> answer(Call call) {
        return answer.apply(call);
      }
    };
  }
}
