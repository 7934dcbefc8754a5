package ai.stigmer.server.console.page;

import java.time.LocalDate;
import java.util.List;

/**
 * What is known of models.
 *
 * @param asOf the day of the file that they stand in
 * @param notes whom nobody could ask, and why
 * @param isAsked whether the endpoints were asked
 */
public record ModelsView(List<Row> rows, LocalDate asOf, List<String> notes, boolean isAsked) {
  public ModelsView {
    rows = List.copyOf(rows);
    notes = List.copyOf(notes);
  }

  /**
   * A model in a line; a dash stands for what is not known.
   *
   * @param isLive whether its endpoint listed it just now
   */
  public record Row(
      String name,
      boolean isLive,
      String context,
      String maxOutput,
      String input,
      String output,
      String remark) {}
}
