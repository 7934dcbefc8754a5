package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.CatalogModel;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.ModelCatalog;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelCard;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The catalog as it is in the dated file, refreshed by what the endpoints tell now. An endpoint
 * that cannot be asked leaves the file's word, and a note.
 *
 * <p>Not thread-safe; what asks may use the network for some seconds.
 */
public final class LiveCatalog {
  private final ConfigInput input;
  private final InstantSource clock;
  private final List<String> notes = new ArrayList<>();

  /**
   * A model and where its facts are from.
   *
   * @param live the names of the fields that its endpoint told just now; empty when it told none
   */
  public record Entry(CatalogModel model, List<String> live) {
    public Entry {
      live = List.copyOf(live);
    }
  }

  /**
   * @param input the cascade's input, for endpoints and keys
   */
  public LiveCatalog(ConfigInput input, InstantSource clock) {
    this.input = requireNonNull(input, "input is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  /** What could not be asked, and why, a line each. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** The file's models alone. */
  public static List<Entry> offline(String provider) {
    return ModelCatalog.models().stream()
        .filter(model -> model.provider().equals(provider))
        .map(model -> new Entry(model, List.of()))
        .toList();
  }

  /** The file's models of a provider, refreshed, and behind them those that only it knows. */
  public List<Entry> refreshed(String provider) {
    Map<String, ModelCard> cards = new LinkedHashMap<>();
    asked(provider).forEach(card -> cards.put(card.id(), card));
    var entries = new ArrayList<Entry>();
    for (Entry entry : offline(provider)) {
      ModelCard card = cards.remove(entry.model().id());
      entries.add(card == null ? entry : refreshed(entry.model(), card));
    }
    cards.values().forEach(card -> entries.add(refreshed(unknown(provider, card.id()), card)));
    return entries;
  }

  private List<ModelCard> asked(String provider) {
    Resolved resolved = Cascade.resolveFor(input, provider);
    try {
      return Checkup.offered(resolved.llm().toModelSettings());
    } catch (ProblemException e) {
      notes.add(provider + " was not asked: " + e.problem().message());
      return List.of();
    }
  }

  private CatalogModel unknown(String provider, String id) {
    return new CatalogModel(
        provider,
        id,
        List.of(),
        List.of(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
  }

  private static Entry refreshed(CatalogModel model, ModelCard card) {
    var live = new ArrayList<>(List.of("id"));
    if (card.context().isPresent()) {
      live.add("context");
    }
    if (card.maxOutput().isPresent()) {
      live.add("max_output");
    }
    if (!card.capabilities().isEmpty()) {
      live.add("capabilities");
    }
    if (card.retires().isPresent()) {
      live.add("retires");
    }
    return new Entry(
        new CatalogModel(
            model.provider(),
            model.id(),
            model.aliases(),
            model.otherIds(),
            card.context().isPresent() ? card.context() : model.context(),
            card.maxOutput().isPresent() ? card.maxOutput() : model.maxOutput(),
            model.prices(),
            model.efforts(),
            card.capabilities().isEmpty() ? model.capabilities() : card.capabilities(),
            card.retires().or(model::retires),
            model.successor(),
            model.note(),
            model.fact()),
        live);
  }
}
