package ai.stigmer.cli;

import ai.stigmer.cli.screen.Json;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.manifest.Manifest;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What {@code stigmer apply} says: a line for each resource, or one object at the end. */
final class ApplyReport {
  private final Surroundings surroundings;
  private final Form form;
  private final ObjectNode json = Json.object("apply").put("ok", true);
  private final ArrayNode resources = json.putArray("resources");
  private final ArrayNode problems = json.putArray("problems");

  /** For whom it is. */
  enum Form {
    PEOPLE,
    PROGRAMS
  }

  ApplyReport(Surroundings surroundings, Form form) {
    this.surroundings = surroundings;
    this.form = form;
  }

  /**
   * What came of a resource.
   *
   * @param result {@code created}, {@code changed}, {@code unchanged} or {@code valid}
   */
  void resource(Manifest manifest, String result) {
    resources
        .addObject()
        .put("kind", manifest.kind().id())
        .put("name", manifest.name())
        .put("slug", manifest.slug())
        .put("result", result)
        .put("from", manifest.place());
    if (form == Form.PEOPLE) {
      surroundings.out().println(Visible.answer(manifest.label() + " " + result));
      surroundings.out().flush();
    }
  }

  /** What is wrong, of which the first decides about the exit status. */
  int failed(List<Problem> wrong) {
    json.put("ok", false);
    wrong.forEach(problem -> problems.add(Json.problem(problem)));
    int status = wrong.getFirst().category().exitStatus();
    end();
    for (Problem problem : wrong) {
      surroundings.err().print(ProblemText.of(problem, surroundings.terminal().palette()));
    }
    return status;
  }

  /** Nothing is wrong. */
  int done() {
    end();
    return 0;
  }

  private void end() {
    if (form == Form.PROGRAMS) {
      surroundings.out().println(Json.line(json));
    }
  }
}
