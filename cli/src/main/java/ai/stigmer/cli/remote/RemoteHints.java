package ai.stigmer.cli.remote;

import ai.stigmer.config.Backend;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What to type next about a run of a server: what a run of this machine would say, with the server
 * where the next command would not know it.
 *
 * @param options with a blank before each; empty when the surroundings name the server
 * @param endpoint where the server is, for people
 */
public record RemoteHints(String options, String endpoint) {
  private static final String FLAG = "--server";
  private static final Pattern COMMAND =
      Pattern.compile("stigmer (resume|steer|cancel|replay|approvals [a-z]+)\\b");

  /** Those for the server that was chosen here. */
  public static RemoteHints of(Backend backend) {
    return new RemoteHints(
        backend.location().contains(FLAG) ? " " + FLAG + " " + backend.endpoint() : "",
        backend.endpoint());
  }

  /** A text whose command lines work. */
  public String of(String text) {
    return COMMAND.matcher(text).replaceAll("$0" + Matcher.quoteReplacement(options));
  }

  /** An event whose command lines work. */
  public AgentEvent in(AgentEvent event) {
    return event instanceof AgentEvent.RunFinished(RunResult result)
        ? new AgentEvent.RunFinished(
            new RunResult(
                result.runId(),
                in(result.end(), result.runId()),
                result.turns(),
                result.usage(),
                result.spent()))
        : event;
  }

  private RunEnd in(RunEnd end, String runId) {
    return switch (end) {
      case RunEnd.Completed _, RunEnd.Cancelled _, RunEnd.Yielded _ -> end;
      case RunEnd.Stopped(RunEnd.Limit limit, String text, Problem problem) ->
          new RunEnd.Stopped(limit, text, in(problem, runId));
      case RunEnd.Failed(Problem problem, String text) ->
          new RunEnd.Failed(there(in(problem, runId)), text);
      case RunEnd.Waiting(String approval, String text, Problem problem) ->
          new RunEnd.Waiting(approval, text, in(problem, runId));
    };
  }

  /** A problem of the server's own surroundings, which are not those of who reads it. */
  public Problem there(Problem problem) {
    return switch (problem.category()) {
      case CONFIGURATION, CREDENTIALS, PROVIDER, MODEL ->
          new Problem(
              problem.code(),
              problem.category(),
              problem.message(),
              Stream.concat(problem.from().stream(), Stream.of("at the server " + endpoint))
                  .toList(),
              problem.help().stream().map(line -> "where the server runs: " + line).toList());
      case RUN, USAGE, DENIED, LIMIT, SERVER, STORE, INTERNAL -> problem;
    };
  }

  private Problem in(Problem problem, String runId) {
    return new Problem(
        problem.code(),
        problem.category(),
        problem.message(),
        problem.from(),
        problem.help().stream()
            .map(line -> of(line.replace("stigmer resume ID", "stigmer resume " + runId)))
            .toList());
  }
}
