package ai.stigmer.server.desk;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.PostCodec;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.ApprovalDesk.Shown;
import ai.stigmer.graphton.loop.ApprovalDesk.Standing;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.server.events.RunTails;
import ai.stigmer.server.http.Field;
import ai.stigmer.server.http.Shape;
import ai.stigmer.server.resource.Shelves;
import ai.stigmer.server.run.Executions;
import ai.stigmer.store.Owners;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What can be asked about runs, and said to them. A run of the contract has the id of its
 * execution.
 *
 * <p>Thread contract: thread-safe; no method waits for a run.
 */
public final class Desk {
  private static final String ARGUMENTS = "a JSON object, or a string with one in it";
  private static final Field BY =
      Field.optional(
          "by", Field.Type.TEXT, "who says so, in text; the token's name stands beside it");

  /** A decision. */
  static final Shape DECISION =
      Shape.of(
          Field.choice(
              "decision",
              List.of(
                  "approved",
                  "edited",
                  "remembered",
                  "denied",
                  "happened",
                  "did-not-happen",
                  "left-unknown")),
          Field.optional("arguments", Field.Type.OBJECT_OR_TEXT, ARGUMENTS),
          Field.optional("reason", Field.Type.TEXT, "why the call is denied, in text"),
          BY);

  /** Something more to do. */
  static final Shape MESSAGE =
      Shape.of(Field.required("text", Field.Type.TEXT, "what to say, in text"), BY);

  /** A run among others. */
  static final Shape RUN =
      Shape.atLeast(
          Field.told("id", Field.Type.TEXT),
          Field.told("created", Field.Type.TEXT),
          Field.told("updated", Field.Type.TEXT),
          Field.told("entries", Field.Type.WHOLE_NUMBER),
          Field.told("owner", Field.Type.TEXT),
          Field.told("alive", Field.Type.TRUTH));

  /** A call that somebody is asked about. */
  static final Shape APPROVAL =
      Shape.atLeast(
          Field.told("id", Field.Type.TEXT),
          Field.told("run", Field.Type.TEXT),
          Field.told("question", Field.Type.TEXT),
          Field.told("tool", Field.Type.TEXT),
          Field.told("arguments", Field.Type.TEXT),
          Field.told("why", Field.Type.TEXT),
          Field.told("scope", Field.Type.TEXT),
          Field.told("hash", Field.Type.TEXT),
          Field.told("since", Field.Type.TEXT),
          Field.told("standing", Field.Type.TEXT),
          Field.optional("verdict", Field.Type.TEXT, ""),
          Field.optional("by", Field.Type.TEXT, ""));

  /** What needs no words. */
  static final Shape WORD = Shape.of(BY);

  private static final int LOOKED_AT = 1_000;

  /** In characters of JSON; an answer ends with the entry that passes it. */
  private static final long LONGEST_ANSWER = 4 << 20;

  private final Journal journal;
  private final Shelves shelves;
  private final Executions executions;
  private final RunTails tails;

  public Desk(Journal journal, Shelves shelves, Executions executions, RunTails tails) {
    this.shelves = requireNonNull(shelves, "shelves is null");
    this.tails = requireNonNull(tails, "tails is null");
    this.journal = requireNonNull(journal, "journal is null");
    this.executions = requireNonNull(executions, "executions is null");
  }

  /**
   * The newest runs.
   *
   * @param limit at most so many, up to 10,000
   */
  ObjectNode runs(int limit) {
    ObjectNode json = object();
    ArrayNode runs = json.putArray("runs");
    for (Journal.RunSummary run : journal.list(Math.clamp(limit, 1, 10_000))) {
      runs.addObject()
          .put("id", run.runId())
          .put("created", run.created().toString())
          .put("updated", run.updated().toString())
          .put("entries", run.entries())
          .put("owner", run.owner())
          .put("alive", Owners.isAlive(run.owner()));
    }
    return json;
  }

  /**
   * Entries of a run behind one of them, a line of JSON each; there are more until an answer is
   * empty.
   *
   * @throws ProblemException {@code E501} when there is no such run
   */
  String entries(String run, long after) {
    var text = new StringBuilder();
    for (Recorded recorded : journal.read(run, after)) {
      text.append("{\"seq\":")
          .append(recorded.seq())
          .append(",\"time\":\"")
          .append(recorded.time())
          .append("\",\"entry\":")
          .append(EntryCodec.encode(recorded.entry()))
          .append("}\n");
      if (text.length() > LONGEST_ANSWER) {
        break;
      }
    }
    return text.toString();
  }

  /** The word that was left about a topic; empty when there is none. */
  Optional<String> posted(String run, String topic) {
    return journal.inbox().find(run, topic).map(Desk::json);
  }

  private static String json(Inbox.Posted posted) {
    return "{\"time\":\"" + posted.time() + "\",\"post\":" + PostCodec.encode(posted.post()) + "}";
  }

  /**
   * What waits for somebody's word, the newest run first: of all executions that have not ended,
   * and of other runs among the newest thousand.
   */
  ObjectNode approvals() {
    ObjectNode json = object();
    ArrayNode approvals = json.putArray("approvals");
    var runs = new LinkedHashSet<String>();
    journal.list(LOOKED_AT).forEach(run -> runs.add(run.runId()));
    runs.addAll(new TreeSet<>(executions.asking()).descendingSet());
    for (String run : runs) {
      for (Shown shown : readable(run)) {
        if (shown.standing() == Standing.OPEN && !shelves.isDeleted(shown.runId())) {
          approvals.add(json(shown));
        }
      }
    }
    return json;
  }

  /** A run that is damaged, or was removed meanwhile, must not hide the others. */
  private List<Shown> readable(String run) {
    try {
      return new ApprovalDesk(journal).of(run);
    } catch (ProblemException e) {
      return List.of();
    }
  }

  /**
   * One approval.
   *
   * @throws ProblemException {@code E411} when there is none, {@code E560} when its execution was
   *     deleted
   */
  ObjectNode approval(String id) {
    Shown shown = new ApprovalDesk(journal).find(id);
    shelves.refuseDeleted(shown.runId());
    return json(shown);
  }

  /**
   * Decides; the run goes on with it within half a second, wherever it is driven.
   *
   * @param by who decides, for people
   * @throws ProblemException {@code E411} to {@code E416}, as {@link ApprovalDesk#decide}; {@code
   *     E560} when its execution was deleted, {@code E561} when the request says no decision
   */
  ObjectNode decide(String id, JsonNode request, String by) {
    var desk = new ApprovalDesk(journal);
    shelves.refuseDeleted(desk.find(id).runId());
    return json(desk.decide(id, decision(request), by));
  }

  /** The decision that a request says, with what this decision takes and nothing else. */
  static ApprovalDecision decision(JsonNode request) {
    String decision = request.path("decision").asText();
    unless(decision.equals("edited"), request, "arguments", "edited");
    unless(decision.equals("denied"), request, "reason", "denied");
    return switch (decision) {
      case "approved" -> new ApprovalDecision.Approved();
      case "edited" -> new ApprovalDecision.Edited(arguments(request.path("arguments")));
      case "remembered" -> new ApprovalDecision.Remembered();
      case "denied" ->
          new ApprovalDecision.Denied(
              request.path("reason").asText().isBlank()
                  ? "the user refused this command"
                  : request.path("reason").asText());
      case "happened" -> new ApprovalDecision.Happened();
      case "did-not-happen" -> new ApprovalDecision.DidNotHappen();
      case "left-unknown" -> new ApprovalDecision.LeftUnknown();
      default -> throw new IllegalArgumentException("no decision of the shape: " + decision);
    };
  }

  private static void unless(boolean taken, JsonNode request, String field, String decision) {
    if (!taken && request.has(field)) {
      throw Shape.wrong(field + ": only the decision " + decision + " takes it");
    }
  }

  /** As the call has them, in a string: an object is as good as JSON in a string. */
  private static String arguments(JsonNode given) {
    if (given.isObject()) {
      return given.toString();
    }
    if (!given.isTextual()) {
      throw Shape.wrong("arguments: must be " + ARGUMENTS);
    }
    return given.asText();
  }

  /**
   * Says something more to a run; it is heard at the next step.
   *
   * @throws ProblemException {@code E501}, {@code E422}, {@code E816} as {@link SteeringDesk#say};
   *     {@code E560} when its execution was deleted
   */
  ObjectNode say(String run, JsonNode request, String by) {
    shelves.refuseDeleted(run);
    Optional<RunEnd> end = new SteeringDesk(journal).say(run, request.path("text").asText(), by);
    return object().put("run", run).put("heard", end.isPresent() ? "when resumed" : "next step");
  }

  /**
   * Asks whoever drives a run to end it, so that it can be resumed.
   *
   * @throws ProblemException {@code E501}, {@code E420}, {@code E816} as {@link
   *     SteeringDesk#cancel}; {@code E560} when its execution was deleted
   */
  ObjectNode cancel(String run, String by) {
    shelves.refuseDeleted(run);
    new SteeringDesk(journal).cancel(run, by);
    return object().put("run", run);
  }

  /**
   * Goes on with an execution that has ended or broken off. One that has completed, and was told
   * nothing more, stays as it is.
   *
   * @throws ProblemException {@code E560} when there is no such execution
   */
  ObjectNode resume(String id) {
    shelves.refuseDeleted(id);
    AgentExecution now = executions.get(id);
    if (!isDone(now)) {
      tails.forget(id);
      now = executions.resume(id);
    }
    return object().put("run", id).put("phase", now.getStatus().getPhase().name());
  }

  private boolean isDone(AgentExecution execution) {
    String id = execution.getMetadata().getId();
    var steering = new SteeringDesk(journal);
    return execution.getStatus().getPhase() == ExecutionPhase.EXECUTION_COMPLETED
        && journal.heads(Set.of(id)).containsKey(id)
        && steering.end(id).orElse(null) instanceof RunEnd.Completed
        && !steering.isWaitedFor(id);
  }

  private static ObjectNode json(Shown shown) {
    ObjectNode json =
        object()
            .put("id", shown.request().id())
            .put("run", shown.runId())
            .put("question", shown.request().question().name().toLowerCase(Locale.ROOT))
            .put("tool", shown.request().call().name())
            .put("arguments", shown.request().call().arguments())
            .put("why", shown.request().why())
            .put("scope", shown.request().scope())
            .put("hash", shown.request().hash())
            .put("since", shown.since().toString())
            .put("standing", shown.standing().name().toLowerCase(Locale.ROOT));
    shown
        .verdict()
        .ifPresent(
            verdict ->
                json.put("verdict", ApprovalDesk.words(verdict.decision()))
                    .put("by", verdict.by()));
    return json;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
