package ai.stigmer.config;

import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that the cascade looks at. Immutable; the {@code with}-style methods return changed
 * copies.
 *
 * @param env the environment
 * @param stigmerHome the folder that holds configuration and journal
 * @param command the command that runs, for example {@code stigmer run}; {@code stigmer worker}
 *     defaults to cloud
 * @param clock tells whether a model is retired
 */
public record ConfigInput(
    Map<String, String> env,
    Path stigmerHome,
    String command,
    List<Given> flags,
    List<Given> requests,
    Optional<Path> configFile,
    FileUse fileUse,
    InstantSource clock) {

  /** Where a flag's value comes from when it is what a run began with. */
  public static final String JOURNAL = "journal";

  /** A value that a flag or a request carries. */
  public record Given(String key, String value, String location) {}

  /** Whether the user's file counts. */
  public enum FileUse {
    READ,
    IGNORE
  }

  public ConfigInput {
    env = Map.copyOf(env);
    flags = List.copyOf(flags);
    requests = List.copyOf(requests);
  }

  /**
   * An input of this environment alone.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E136 when the user has no home folder
   */
  public static ConfigInput of(Map<String, String> env, String command) {
    return of(env, UserHome.stigmer(env), command);
  }

  static ConfigInput of(Map<String, String> env, Path stigmerHome, String command) {
    return new ConfigInput(
        env,
        stigmerHome,
        command,
        List.of(),
        List.of(),
        Optional.empty(),
        FileUse.READ,
        InstantSource.system());
  }

  /**
   * Adds a flag's value. For {@code llm.api_key} the value is the name of a file that holds the
   * key.
   */
  public ConfigInput flag(String key, String value, String flagName) {
    return new ConfigInput(
        env,
        stigmerHome,
        command,
        plus(flags, key, value, flagName),
        requests,
        configFile,
        fileUse,
        clock);
  }

  /** The same without what flags say of these settings. */
  public ConfigInput withoutFlags(Set<String> keys) {
    return new ConfigInput(
        env,
        stigmerHome,
        command,
        flags.stream().filter(given -> !keys.contains(given.key())).toList(),
        requests,
        configFile,
        fileUse,
        clock);
  }

  /** Adds what one execution asks for. */
  public ConfigInput request(String key, String value) {
    return new ConfigInput(
        env,
        stigmerHome,
        command,
        flags,
        plus(requests, key, value, "request"),
        configFile,
        fileUse,
        clock);
  }

  /** The same, but one execution asks for this value and, of this setting, for no other. */
  ConfigInput asking(String key, String value, String location) {
    List<Given> others = requests.stream().filter(given -> !given.key().equals(key)).toList();
    return new ConfigInput(
        env,
        stigmerHome,
        command,
        flags,
        plus(others, key, value, location),
        configFile,
        fileUse,
        clock);
  }

  /** Reads this file instead of the user's. */
  public ConfigInput configFile(Path file) {
    return new ConfigInput(
        env, stigmerHome, command, flags, requests, Optional.of(file), FileUse.READ, clock);
  }

  /** Resolves as on that day. */
  public ConfigInput clock(InstantSource other) {
    return new ConfigInput(env, stigmerHome, command, flags, requests, configFile, fileUse, other);
  }

  /** The day in UTC. */
  LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
  }

  /** Reads no file. */
  public ConfigInput withoutFile() {
    return new ConfigInput(
        env, stigmerHome, command, flags, requests, Optional.empty(), FileUse.IGNORE, clock);
  }

  /**
   * The file that is read, or would be: {@code --config}, {@code STIGMER_CONFIG}, or the user's
   * own.
   */
  public Path effectiveFile() {
    String named = env.getOrDefault("STIGMER_CONFIG", "").strip();
    return configFile.orElseGet(
        () -> named.isEmpty() ? stigmerHome().resolve("config.yaml") : Path.of(named));
  }

  /** Whether the user named the file, so that it must be there. */
  boolean fileIsNamed() {
    return configFile.isPresent() || !env.getOrDefault("STIGMER_CONFIG", "").isBlank();
  }

  private static List<Given> plus(List<Given> list, String key, String value, String location) {
    var longer = new ArrayList<>(list);
    longer.add(new Given(key, value, location));
    return longer;
  }
}
