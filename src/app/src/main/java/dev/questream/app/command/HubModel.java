package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.Progress;
import dev.questream.config.QuestreamConfig;
import dev.questream.hub.DownloadListener;
import dev.questream.model.Encoders;

/** Fetches the configured model, with a bar for each file. */
public final class HubModel {

  private HubModel() {}

  /**
   * The same configuration with a model that is on this machine; it is downloaded if it is not.
   *
   * @throws dev.questream.weights.ModelException if the hub does not give it
   */
  public static QuestreamConfig local(QuestreamConfig config, Console console) {
    return Encoders.fetched(config, new Downloads(console));
  }

  /** A bar for each file. */
  private static final class Downloads implements DownloadListener {
    private static final long MEBIBYTE = 1 << 20;

    private final Console console;
    private String file = "";
    private Progress progress;

    Downloads(Console console) {
      this.console = console;
    }

    @Override
    public void progressed(String name, long done, long total) {
      if (!name.equals(file)) {
        file = name;
        progress = console.progress("fetching " + name + " (MiB)", Math.max(0, total / MEBIBYTE));
      }
      progress.at(done / MEBIBYTE, "");
      if (done == total) {
        progress.done();
      }
    }
  }
}
