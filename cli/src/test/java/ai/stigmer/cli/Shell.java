package ai.stigmer.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** Types commands, in a home of its own, and keeps what they print. */
public final class Shell {
  private final Map<String, String> env = new LinkedHashMap<>();
  private String in = "";
  private String out = "";
  private String err = "";

  /** Models retire, so that the same command says something else one day. */
  public static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z"));

  public Shell(Path home) {
    env.put("STIGMER_HOME", home.toString());
    env.put("PATH", "/usr/bin:/bin");
  }

  public Shell export(String name, String value) {
    env.put(name, value);
    return this;
  }

  public Shell pipe(String text) {
    in = text;
    return this;
  }

  public int stigmer(String... words) {
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    int status =
        Main.execute(
            words,
            env,
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(outBytes, true, StandardCharsets.UTF_8),
            new PrintStream(errBytes, true, StandardCharsets.UTF_8),
            Shell.CLOCK);
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return status;
  }

  public String out() {
    return out;
  }

  public String err() {
    return err;
  }
}
