package ai.stigmer.testkit.ollama;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A model that the fake server has installed. Immutable; the methods that change something give a
 * copy.
 *
 * @param name the name with its tag, for example {@code qwen3.5:latest}
 * @param contextLength the trained context in tokens; 0 means {@code /api/show} does not tell
 * @param capabilities for example {@code completion}, {@code tools}, {@code thinking}
 * @param size bytes on disk
 * @param toolUse what it does with a tool that it is told to call
 * @param remoteHost where it really runs; empty for a model of this machine
 */
public record InstalledModel(
    String name,
    int contextLength,
    List<String> capabilities,
    long size,
    ToolUse toolUse,
    Optional<String> remoteHost) {

  private static final long SIZE = 4_683_087_332L;

  /** What a model does when it is told to call a tool. */
  public enum ToolUse {
    /** It calls the tool. */
    CALLS,
    /** It prints the call as text. */
    PRINTS,
    /** It talks about something else. */
    TALKS,
    /** It thinks until its output is used up. */
    RAMBLES
  }

  public InstalledModel {
    capabilities = List.copyOf(capabilities);
    requireNonNull(toolUse, "toolUse is null");
    requireNonNull(remoteHost, "remoteHost is null");
  }

  /** A model of this machine that does what its capabilities say. */
  public InstalledModel(String name, int contextLength, List<String> capabilities) {
    this(
        name,
        contextLength,
        capabilities,
        SIZE,
        capabilities.contains("tools") ? ToolUse.CALLS : ToolUse.TALKS,
        Optional.empty());
  }

  /** A model that can call tools. */
  public static InstalledModel withTools(String name, int contextLength) {
    return new InstalledModel(
        name, contextLength, List.of("completion", "tools"), SIZE, ToolUse.CALLS, Optional.empty());
  }

  /** A model that can only talk. */
  public static InstalledModel withoutTools(String name, int contextLength) {
    return new InstalledModel(name, contextLength, List.of("completion"));
  }

  public InstalledModel using(ToolUse use) {
    return new InstalledModel(name, contextLength, capabilities, size, use, remoteHost);
  }

  public InstalledModel size(long bytes) {
    return new InstalledModel(name, contextLength, capabilities, bytes, toolUse, remoteHost);
  }

  public InstalledModel remoteAt(String host) {
    return new InstalledModel(name, contextLength, capabilities, size, toolUse, Optional.of(host));
  }

  /** What the server calls the model's content: 64 hexadecimal digits. */
  public String digest() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  boolean isNamed(String asked) {
    return name.equals(asked) || name.equals(asked + ":latest");
  }
}
