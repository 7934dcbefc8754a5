package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A model as an endpoint describes it. What is empty it did not tell.
 *
 * @param id as it goes on the wire
 * @param context the context window in tokens, positive
 * @param maxOutput the most tokens of one answer, positive
 * @param capabilities for example {@code tools}
 * @param retires the last day on which it answers
 */
public record ModelCard(
    String id,
    OptionalLong context,
    OptionalLong maxOutput,
    List<String> capabilities,
    Optional<LocalDate> retires) {

  public ModelCard {
    requireNonNull(id, "id is null");
    requireNonNull(context, "context is null");
    requireNonNull(maxOutput, "maxOutput is null");
    capabilities = List.copyOf(capabilities);
    requireNonNull(retires, "retires is null");
  }
}
