package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import java.nio.file.Path;
import java.util.List;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Texts that a page cuts are whole where it says that they are. */
@Timeout(240)
class ConsoleWholeTextsTest {
  private static final String END = "the-very-end";

  @TempDir Path folder = Path.of("");

  @Test
  void whatIsCutOfASubAgentIsWholeOnThePageOfItsOwnEntry() throws Exception {
    try (ConsoleTour tour =
            ConsoleTour.of(
                folder,
                Answer.call("task", "{\"description\":\"Look.\",\"subagent_type\":\"scout\"}"),
                Answer.text("x".repeat(25_000) + END),
                Answer.text("Done."));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      String run = tour.run(tour.agent("Keeper", "You look after files."), "Look around.");
      Document page = visitor.page("/console/runs/" + run);
      Document child = visitor.page(page.expectFirst(".childhead a").attr("href"));

      String outcome = page.expectFirst("#items > .item > .call > details .io .cut a").attr("href");
      assertThat(visitor.page(outcome).select(".mono").text()).as(outcome).contains(END);
      assertThat(child.select(".said .by").text()).startsWith("Task");
      for (Document from : List.of(page, child)) {
        String whole = from.expectFirst(".answer .cut a").attr("href");
        Document entry = visitor.page(whole);
        assertThat(entry.select(".mono").text()).as(whole).contains(END);
        String journal = entry.expectFirst("a:contains(the whole journal)").attr("href");
        assertThat(visitor.page(journal).select("tbody a").eachAttr("href")).contains(whole);
      }
    }
  }
}
