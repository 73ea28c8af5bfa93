package dev.questream.hub;

import dev.questream.weights.ModelException;
import java.util.regex.Matcher;
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

  /** What tells an id from a folder; the rules below then say what is wrong with it. */
  private static final Pattern FORM =
      Pattern.compile("(?<owner>[\\w.-]+)/(?<name>[\\w.-]+)(@(?<revision>[\\w./+-]+))?");

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
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new ModelException(
          "%s names no model on the hub; expected owner/name or owner/name@revision"
              .formatted(text));
    }
    String revision = form.group("revision");
    return new HubId(
        form.group("owner"), form.group("name"), revision == null ? DEFAULT_REVISION : revision);
  }

  /** Whether a text has the form {@code owner/name} or {@code owner/name@revision}. */
  public static boolean hasForm(String text) {
    return FORM.matcher(text).matches();
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
