package dev.questream.processor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Function;

/**
 * A Kafka client of which one method is answered here; the client itself answers all others.
 *
 * <p>A proxy and not a class with some sixty methods: it also passes on the methods that a later
 * version of Kafka adds, whose Kafka Streams would call them.
 */
final class InterceptedClient {
  private InterceptedClient() {}

  /**
   * Wraps a client.
   *
   * @param type the interface, such as {@code Consumer}
   * @param method the name of the method to intercept, with all its overloads
   * @param answer given the arguments of a call, makes its result
   */
  static <C> C of(
      Class<? super C> type, C client, String method, Function<Object[], Object> answer) {
    @SuppressWarnings("unchecked") // the proxy implements type, and C's parameters are erased
    C proxy =
        (C)
            Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, called, arguments) -> {
                  if (called.getName().equals(method)) {
                    return answer.apply(arguments);
                  }
                  if (called.getName().equals("equals")) {
                    return self == arguments[0];
                  }
                  try {
                    return called.invoke(client, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause(); // as if the client had been called directly
                  }
                });
    return proxy;
  }
}
