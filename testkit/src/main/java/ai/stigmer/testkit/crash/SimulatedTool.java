package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.testkit.crash.SimulatedPlay.Behaviour;
import ai.stigmer.testkit.crash.SimulatedPlay.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A tool of one kind that counts its effects and looks whether it was allowed to start. */
record SimulatedTool(Kind kind, SimulatedWorld world) implements Tool {
  /** What the user says while a tool steers. */
  static final String SAID = "faster";

  @Override
  public ToolSpec spec() {
    return new ToolSpec(
        kind.tool(),
        "Works.",
        "{\"type\":\"object\",\"properties\":{\"what\":{\"type\":\"string\"}},"
            + "\"required\":[\"what\"]}");
  }

  @Override
  public EffectClass effect() {
    return switch (kind) {
      case READ -> EffectClass.READ;
      case IDEMPOTENT -> EffectClass.IDEMPOTENT;
      case UNSAFE, SETTLED, ASKED, DENIED, MISSING, INVALID, TASK -> EffectClass.UNSAFE;
    };
  }

  @Override
  public Optional<String> prepare(ToolArguments arguments, ToolContext context) {
    return kind == Kind.SETTLED ? Optional.of(context.callId()) : Optional.empty();
  }

  @Override
  public Settlement settle(ToolArguments arguments, String prepared, ToolContext context) {
    world.require(prepared.equals(context.callId()), "the call's id changes: " + prepared);
    return world.effects.containsKey(context.idempotencyKey())
        ? new Settlement.Happened(done(context))
        : new Settlement.DidNotHappen();
  }

  @Override
  public ToolResult run(ToolArguments arguments, ToolContext context) {
    String key = context.idempotencyKey();
    lookAround(context, key);
    int times = world.started.merge(key, 1, Integer::sum);
    SimulatedPlay.Call call = world.play(context.runId()).call(key);
    world.require(
        arguments.string("what").equals(call.served(id(context))), key + " has other arguments");
    Behaviour behaviour = call.behaviour();
    if (behaviour == Behaviour.FAILS) {
      throw new IllegalStateException("broken: " + id(context));
    }
    world.effects.merge(key, 1, Integer::sum);
    if (behaviour == Behaviour.CANCELS && times == 1) {
      context.cancel().cancel();
    }
    if (behaviour == Behaviour.STEERS) {
      String root = ChildIds.parent(context.runId()).orElse(context.runId());
      var _ = world.journal.inbox().post(root, new Post.Message(1, SAID, "user"));
    }
    return done(context);
  }

  private void lookAround(ToolContext context, String key) {
    world.require(
        kind != Kind.DENIED && kind != Kind.MISSING && kind != Kind.INVALID,
        "a call ran that must not: " + key);
    List<JournalEntry> entries = world.entries(context.runId());
    boolean asked = false;
    boolean intended = false;
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.Turn turn) {
        asked |= turn.turn().calls().stream().anyMatch(call -> call.id().equals(id(context)));
      } else if (entry instanceof JournalEntry.ToolIntent intent) {
        intended |= intent.call().id().equals(id(context));
      }
    }
    world.require(asked, key + " started before its turn was durable");
    world.require(
        intended || effect() == EffectClass.READ, key + " started before its intent was durable");
    world.require(
        kind != Kind.ASKED || isApproved(entries, context.callId()),
        key + " started without anybody's word");
  }

  /** Whether the journal holds somebody's word for the call, or for all of its kind. */
  private static boolean isApproved(List<JournalEntry> entries, String callId) {
    Set<String> ids = new HashSet<>();
    boolean approved = false;
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.ApprovalRequested(var request)
          && request.callId().equals(callId)) {
        ids.add(request.id());
      } else if (entry instanceof JournalEntry.ApprovalDecided decided) {
        approved |=
            switch (decided.decision()) {
              case ApprovalDecision.Approved _, ApprovalDecision.Edited _ ->
                  ids.contains(decided.approval());
              case ApprovalDecision.Remembered _ -> true;
              default -> false;
            };
      }
    }
    return approved;
  }

  private static String id(ToolContext context) {
    return context.callId().substring(context.callId().indexOf('/') + 1);
  }

  private static ToolResult done(ToolContext context) {
    return ToolResult.ok("done: " + id(context));
  }
}
