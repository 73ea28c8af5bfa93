package dev.questream.app.command;

import java.util.List;
import java.util.ServiceLoader;

/**
 * Adds commands to the command line from another jar on the class path. Register it as a {@link
 * ServiceLoader} service.
 */
public interface CommandProvider {

  /**
   * The commands: classes with picocli's {@code @Command}. Those that write to the terminal take a
   * {@code Console} in their constructor.
   */
  List<Class<?>> commands();
}
