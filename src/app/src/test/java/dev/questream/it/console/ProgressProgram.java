package dev.questream.it.console;

import dev.questream.app.console.Console;
import dev.questream.app.console.Progress;
import java.lang.ProcessBuilder.Redirect;
import java.util.concurrent.TimeUnit;

/** Shows a bar with a long detail, narrows its terminal to 40 columns, and goes on. */
final class ProgressProgram {
  static final String DETAIL = "p50 3 ms p99 9 ms 日本語の質問 batches of 12 questions, 345 tokens";
  private static final int HALF = 40;

  private ProgressProgram() {}

  public static void main(String[] arguments) throws Exception {
    Progress progress = Console.system().progress("embedding", 2 * HALF);
    TimeUnit.MILLISECONDS.sleep(2_000); // nothing is shown before
    for (int i = 0; i < 2 * HALF; i++) {
      if (i == HALF) {
        new ProcessBuilder("sh", "-c", "stty cols 40 <&2")
            .redirectError(Redirect.INHERIT)
            .start()
            .waitFor();
        System.err.print("NARROW");
        TimeUnit.MILLISECONDS.sleep(1_100); // so long is a width kept
      }
      progress.at(i, DETAIL);
      TimeUnit.MILLISECONDS.sleep(30);
    }
    progress.done();
  }
}
