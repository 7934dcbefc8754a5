package ai.stigmer.config;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A model as the catalog knows it. What is empty is not known.
 *
 * @param id the full id, as it goes on the wire
 * @param aliases shorter names that stand for the id
 * @param otherIds ids of the same model that its vendor takes as they are
 * @param context the context window in tokens
 * @param maxOutput the most tokens of one answer
 * @param prices the price for prompts up to some length, in rising order
 * @param efforts what {@code llm.effort} may be for it; empty when that is not known
 * @param capabilities for example {@code tools}
 * @param retires the last day on which it answers
 * @param successor the id to use afterwards
 * @param note a word to the user
 * @param fact when this was read
 */
public record CatalogModel(
    String provider,
    String id,
    List<String> aliases,
    List<String> otherIds,
    OptionalLong context,
    OptionalLong maxOutput,
    List<Price> prices,
    List<String> efforts,
    List<String> capabilities,
    Optional<LocalDate> retires,
    Optional<String> successor,
    Optional<String> note,
    LocalDate fact) {

  public CatalogModel {
    aliases = List.copyOf(aliases);
    otherIds = List.copyOf(otherIds);
    prices = List.copyOf(prices);
    efforts = List.copyOf(efforts);
    capabilities = List.copyOf(capabilities);
  }

  /** Whether people or vendors call it so. */
  public boolean isCalled(String name) {
    return id.equals(name) || aliases.contains(name) || otherIds.contains(name);
  }

  /** Whether its last day is over. */
  boolean isRetired(LocalDate today) {
    return retires.filter(today::isAfter).isPresent();
  }

  /** The price for a prompt of this many tokens. */
  public Optional<Price> price(long promptTokens) {
    return prices.stream().filter(price -> promptTokens <= price.upToPromptTokens()).findFirst();
  }
}
