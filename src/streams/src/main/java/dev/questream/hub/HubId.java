package dev.questream.hub;

import dev.questream.checkpoint.ModelException;
import java.util.regex.Pattern;

/**
 * A model on the hub: {@code owner/name}, and which of its revisions.
 *
 * @param owner user or organisation
 * @param name the model's name
 * @param revision branch, tag or commit
 */
public record HubId(String owner, String name, String revision) {
  public static final String DEFAULT_REVISION = "main";

  /** The hub's own rule; without "--", which separates owner and name in the cache. */
  private static final Pattern PART =
      Pattern.compile("(?!.*(--|\\.\\.))[A-Za-z0-9_]([A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?");

  private static final Pattern REVISION =
      Pattern.compile("(?!.*\\.\\.)[A-Za-z0-9_][A-Za-z0-9._+-]*(/[A-Za-z0-9_][A-Za-z0-9._+-]*)*");

  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final int MAX_REVISION = 200;

  /**
   * @throws ModelException if a part is not a name that the hub allows
   */
  public HubId {
    if (!PART.matcher(owner).matches() || !PART.matcher(name).matches()) {
      throw new ModelException(
          ("%s/%s is no name of a model on the hub; expected owner/name of letters, digits, '_', "
                  + "'-' and '.', neither starting nor ending with '-' or '.', without '--' and"
                  + " '..'")
              .formatted(owner, name));
    }
    if (revision.length() > MAX_REVISION || !REVISION.matcher(revision).matches()) {
      throw new ModelException(
          "%s is no revision of %s/%s; expected a branch, a tag or a commit after the @"
              .formatted(revision, owner, name));
    }
  }

  /**
   * Reads {@code owner/name} or {@code owner/name@revision}; the revision defaults to {@code main}.
   *
   * @throws ModelException if it is neither
   */
  public static HubId parse(String text) {
    int at = text.indexOf('@');
    String path = at < 0 ? text : text.substring(0, at);
    int slash = path.indexOf('/');
    if (slash < 0) {
      throw new ModelException(
          "%s names no model on the hub; expected owner/name or owner/name@revision"
              .formatted(text));
    }
    return new HubId(
        path.substring(0, slash),
        path.substring(slash + 1),
        at < 0 ? DEFAULT_REVISION : text.substring(at + 1));
  }

  /** Whether the revision is a full commit, which never changes. */
  public boolean isPinned() {
    return isCommit(revision);
  }

  /** {@code owner/name}. */
  public String path() {
    return owner + "/" + name;
  }

  @Override
  public String toString() {
    return path() + "@" + revision;
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }
}
