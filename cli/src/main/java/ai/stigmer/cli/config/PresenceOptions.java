package ai.stigmer.cli.config;

import ai.stigmer.config.ConfigInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The flags about who is at hand; a resumed run goes on as it began unless it is told otherwise.
 */
public final class PresenceOptions {
  @Option(
      names = "--when-absent",
      paramLabel = "WHAT",
      description = "A call that needs an approval and nobody to ask: deny or wait.")
  private @Nullable String whenAbsent;

  @Option(
      names = "--unknown",
      paramLabel = "WHAT",
      description = "A call whose outcome was lost in a crash: ask, tell-model or fail.")
  private @Nullable String unknown;

  /** The input with these flags. */
  public ConfigInput added(ConfigInput input) {
    ConfigInput first =
        whenAbsent == null
            ? input
            : input.flag("approvals.when_absent", whenAbsent, "--when-absent");
    return unknown == null ? first : first.flag("effects.unknown", unknown, "--unknown");
  }
}
