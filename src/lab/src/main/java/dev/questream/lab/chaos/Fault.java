package dev.questream.lab.chaos;

import java.util.Locale;

/** What the runner does to the processes. */
public enum Fault {
  /** SIGKILL of one application, which is started again on its state folder. */
  KILL(55, "kill -9 of an application, restarted"),
  /** The same, but the state folder is lost with it. */
  KILL_AND_WIPE(5, "kill -9 of an application, restarted without its state"),
  /** SIGKILL of all applications at once, which are started again. */
  KILL_ALL(6, "kill -9 of all applications, restarted"),
  /** SIGKILL of one application again while it starts. */
  KILL_TWICE(5, "kill -9 of an application, and again while it starts"),
  /** SIGTERM of one application, which is started again. */
  TERMINATE(5, "SIGTERM of an application, restarted"),
  /** SIGTERM of all applications while questions are pending; started again after a while. */
  TERMINATE_ALL(3, "SIGTERM of all applications, restarted with questions pending"),
  /** Another instance starts. */
  JOIN(6, "an instance joins"),
  /** An instance leaves by SIGTERM. */
  LEAVE(3, "an instance leaves"),
  /** An instance is killed for good. */
  LOSE(3, "kill -9 of an instance that stays away"),
  /** An application stands still for longer than its session, then goes on as if nothing were. */
  SUSPEND(3, "SIGSTOP of an application beyond its session, continued (zombie)"),
  /** SIGKILL of the broker, which is started again on its folder. */
  KILL_BROKER(4, "kill -9 of the broker, restarted"),
  /** The broker stands still for some seconds. */
  SUSPEND_BROKER(3, "SIGSTOP of the broker, continued (slow broker)");

  private final int weight;
  private final String title;

  Fault(int weight, String title) {
    this.weight = weight;
    this.title = title;
  }

  /** How often it is chosen, relative to the others. */
  int weight() {
    return weight;
  }

  /** For people. */
  String title() {
    return title;
  }

  /** The name on the command line and in JSON. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
