package ai.stigmer.graphton.subagent;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names for the runs of sub-agents: the parent's, {@code _} and eight characters that follow from
 * parent and call. So whoever goes on with the parent finds the child again.
 */
public final class ChildIds {
  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int LENGTH = 8;
  private static final int LONGEST = 64;
  private static final Pattern CHILD = Pattern.compile("(.+)_[0-9a-hjkmnp-tv-z]{" + LENGTH + "}");

  private ChildIds() {}

  /**
   * The id of the run that serves a call.
   *
   * @param call the call, unique within the parent
   */
  public static String of(String parent, String call) {
    byte[] hash = sha256(parent + "\n" + call);
    var id = new StringBuilder(LONGEST);
    id.append(parent, 0, Math.min(parent.length(), LONGEST - LENGTH - 1)).append('_');
    for (int i = 0; i < LENGTH; i++) {
      id.append(ALPHABET.charAt(hash[i] & (ALPHABET.length() - 1)));
    }
    return id.toString();
  }

  /** The run above one; empty for a run that nobody has delegated. */
  public static Optional<String> parent(String runId) {
    Matcher matcher = CHILD.matcher(runId);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** The run at the top of the tree that one belongs to; itself when nobody has delegated it. */
  public static String root(String runId) {
    return parent(runId).map(ChildIds::root).orElse(runId);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
