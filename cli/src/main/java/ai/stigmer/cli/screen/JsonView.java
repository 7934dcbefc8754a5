package ai.stigmer.cli.screen;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.message.ToolResult;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;

/** A run for programs: one JSON object on standard output when it is over. */
public final class JsonView implements RunView {
  private final PrintStream out;
  private final PrintStream err;

  private ShownModel model = new ShownModel("", "");
  private final ArrayNode switches = JsonNodeFactory.instance.arrayNode();
  private final ArrayNode compactions = JsonNodeFactory.instance.arrayNode();
  private long contextTokens;
  private int retries;
  private int denied;

  public JsonView(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public void begin(ShownModel model, String startLine, String configuration) {
    this.model = model;
    err.println(startLine);
    if (model.scripted()) {
      err.println("scripted model: a written scenario answers, no model is asked");
    }
    err.flush();
  }

  @Override
  public void note(String text) {
    err.println("note: " + Visible.answer(text));
    err.flush();
  }

  @Override
  public void accept(AgentEvent event) {
    if (event instanceof AgentEvent.Child child) {
      boolean ofChildAlone =
          child.event() instanceof AgentEvent.RunFinished
              || child.event() instanceof AgentEvent.TurnFinished;
      if (!ofChildAlone) {
        accept(child.event());
      }
    } else if (event instanceof AgentEvent.TurnFinished finished) {
      contextTokens = ContextJson.tokens(finished.end()).orElse(contextTokens);
    } else if (event instanceof AgentEvent.Compacted compacted) {
      compactions.add(ContextJson.of(compacted));
      err.println(ContextLine.compacted(compacted));
      err.flush();
    } else if (event instanceof AgentEvent.RunFinished finished) {
      ObjectNode json = Json.result(finished.result(), model);
      json.put("retries", retries).put("denied", denied);
      json.set("model_switches", switches);
      json.put("context_tokens", contextTokens).set("compactions", compactions);
      out.println(Json.line(json));
      out.flush();
    } else if (event instanceof AgentEvent.ToolFinished tool) {
      denied += tool.result().status() == ToolResult.Status.DENIED ? 1 : 0;
    } else if (event instanceof AgentEvent.Retrying retrying) {
      retries++;
      err.println(RetryLine.of(retrying));
      err.flush();
    } else if (event instanceof AgentEvent.ModelSwitched switched) {
      switches.add(Json.switched(switched));
      err.println(RetryLine.of(switched));
      err.flush();
    } else if (event instanceof AgentEvent.Notice notice) {
      note(notice.code() + " " + notice.text());
    }
  }

  @Override
  public void failed(Problem problem) {
    failed(List.of(problem), problem.category().exitStatus());
  }

  @Override
  public void failed(List<Problem> problems, int exit) {
    out.println(Json.line(Json.error(problems, exit)));
    out.flush();
    problems.forEach(problem -> err.print(ProblemText.of(problem, Palette.PLAIN)));
    err.flush();
  }
}
