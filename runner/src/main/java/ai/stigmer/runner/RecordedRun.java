package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.model.ModelRef;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A recorded run as it can go on here: with what it was started with, the keys from where they are
 * now, and what is denied by now.
 *
 * @param environment commands are kept in as they were recorded
 * @param recorded the configuration of here, with the choices of the run
 * @param anew the configuration that a new run would have
 * @param notes what the user should know
 */
public record RecordedRun(
    RunEnvironment environment, Resolved recorded, Resolved anew, List<String> notes) {
  /** About presence, rules and hooks: what may deny and cannot be read must not be passed over. */
  private static final Set<String> TAKEN_ANEW = Set.of("E148", "E155", "E156", "E159");

  private static final String PROVIDER = "llm.provider";

  /** What the run has chosen for good, whatever the flags of here say. */
  private static final Set<String> CHOSEN =
      Set.of("llm.fallbacks", PROVIDER, "llm.model", "llm.base_url");

  private static final List<String> PRESENCE = List.of("approvals.when_absent", "effects.unknown");

  public RecordedRun {
    requireNonNull(environment, "environment is null");
    requireNonNull(recorded, "recorded is null");
    requireNonNull(anew, "anew is null");
    notes = List.copyOf(notes);
  }

  /**
   * Makes a run ready.
   *
   * @param now the configuration of here
   * @throws ai.stigmer.graphton.error.ProblemException E137 when its key is not where it was; E148,
   *     E155, E156, E159 when the configuration of here is wrong in what is taken from it
   */
  public static RecordedRun of(RunEnvironment journaled, ConfigInput now) {
    Resolved anew = anew(now, journaled.configuration());
    Resolved recorded = Cascade.resolve(asRecorded(withoutOthers(now, anew, journaled), journaled));
    refuseWrongPresence(anew);
    RecordedFallbacks fallbacks =
        RecordedFallbacks.withKeys(journaled.fallbacks(), recorded.fallbacks());
    RunEnvironment environment =
        journaled
            .with(journaled.permissions().denyingAlso(RunPermissions.of(anew)))
            .withModels(
                journaled
                    .model()
                    .withKey(
                        RecordedKey.find(
                            journaled.configuration(), journaled.model(), recorded, anew)),
                fallbacks.models(),
                journaled.configuration());
    return new RecordedRun(environment, recorded, anew, fallbacks.notes());
  }

  /**
   * Only what is taken from now on must be right; the rest is as the run was started.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E148, E155, E156, E159
   */
  public static void refuseWrongPresence(Resolved anew) {
    anew.problems().stream()
        .filter(problem -> TAKEN_ANEW.contains(problem.code()))
        .findFirst()
        .ifPresent(
            problem -> {
              throw problem.asException();
            });
  }

  /**
   * Without flags about what the run has chosen, and without the key of another provider's flag.
   */
  private static ConfigInput withoutOthers(
      ConfigInput now, Resolved anew, RunEnvironment journaled) {
    boolean isOthers =
        anew.location(PROVIDER).filter(location -> location.startsWith("--")).isPresent()
            && !anew.value(PROVIDER).equals(Optional.of(journaled.model().provider()));
    ConfigInput input = now.withoutFlags(CHOSEN);
    return isOthers ? input.withoutFlags(Set.of("llm.api_key")) : input;
  }

  /** The recorded choices as flags; only the key comes from where it is now. */
  private static ConfigInput asRecorded(ConfigInput now, RunEnvironment journaled) {
    ModelSettings model = journaled.model();
    boolean scripted = model.provider().equals(ModelRef.SCRIPTED);
    String fallbacks =
        journaled.fallbacks().stream()
            .map(fallback -> fallback.provider() + "/" + fallback.model())
            .collect(Collectors.joining(","));
    ConfigInput input =
        now.flag("llm.fallbacks", fallbacks, ConfigInput.JOURNAL)
            .flag(PROVIDER, model.provider(), ConfigInput.JOURNAL)
            .flag(
                "llm.model",
                scripted ? model.model() : model.provider() + "/" + model.model(),
                ConfigInput.JOURNAL);
    return model.baseUrl().isPresent()
        ? input.flag("llm.base_url", model.baseUrl().get(), ConfigInput.JOURNAL)
        : input;
  }

  /** What it began with holds as long as nothing else is said today. */
  private static Resolved anew(ConfigInput now, String configuration) {
    Resolved today = Cascade.resolve(now);
    ConfigInput begun = now;
    for (String key : PRESENCE) {
      if (today.isDefault(key)) {
        Optional<String> value =
            RecordedSettings.find(configuration, key)
                .map(setting -> setting.path("value").asText())
                .filter(text -> !text.isEmpty());
        if (value.isPresent() && !value.equals(today.value(key))) {
          begun = begun.flag(key, value.get(), ConfigInput.JOURNAL);
        }
      }
    }
    // To resolve takes longer than a step of a run, and most begin with what is still the default.
    return begun.equals(now) ? today : Cascade.resolve(begun);
  }
}
