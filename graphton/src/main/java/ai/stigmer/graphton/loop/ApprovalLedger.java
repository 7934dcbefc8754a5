package ai.stigmer.graphton.loop;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The approvals of one run: a fold over its entries. Requested, decided and used up are three
 * entries, in this order; an approval that is used up serves no other call. Not thread-safe.
 */
public final class ApprovalLedger {

  /**
   * An approval as it stands.
   *
   * @param decided empty while nobody has decided, as far as the journal knows
   * @param used whether its call has begun or has its outcome
   */
  public record Approval(
      ApprovalRequest request, Optional<JournalEntry.ApprovalDecided> decided, boolean used) {
    public Approval {
      requireNonNull(request, "request is null");
      requireNonNull(decided, "decided is null");
    }
  }

  private final Map<String, Approval> byId = new LinkedHashMap<>();

  private ApprovalLedger() {}

  public static ApprovalLedger of(List<Recorded> entries) {
    var ledger = new ApprovalLedger();
    entries.forEach(recorded -> ledger.add(recorded.entry()));
    return ledger;
  }

  /** All of them, the oldest first. */
  public List<Approval> all() {
    return List.copyOf(byId.values());
  }

  public Optional<Approval> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  void add(JournalEntry entry) {
    switch (entry) {
      case JournalEntry.ApprovalRequested(ApprovalRequest request) ->
          byId.put(request.id(), new Approval(request, Optional.empty(), false));
      case JournalEntry.ApprovalDecided decided ->
          byId.computeIfPresent(
              decided.approval(),
              (_, was) -> new Approval(was.request(), Optional.of(decided), was.used()));
      case JournalEntry.ToolIntent intent -> intent.approval().ifPresent(this::use);
      case JournalEntry.ToolOutcome outcome -> outcome.approval().ifPresent(this::use);
      default -> {}
    }
  }

  /** The id that the next request gets. */
  String nextId(String runId) {
    return runId + "." + (byId.size() + 1);
  }

  /** The last one about exactly this that is not used up. */
  Optional<Approval> unused(String hash) {
    return byId.values().stream()
        .filter(approval -> !approval.used() && approval.request().hash().equals(hash))
        .reduce((_, later) -> later);
  }

  /** Those of other calls of the same turn about which nobody has decided. */
  List<ApprovalRequest> openBeside(ApprovalRequest request) {
    String turn = request.callId().substring(0, request.callId().indexOf('/') + 1);
    return byId.values().stream()
        .filter(approval -> !approval.used() && approval.decided().isEmpty())
        .map(Approval::request)
        .filter(other -> other.callId().startsWith(turn))
        .filter(other -> !other.callId().equals(request.callId()))
        .toList();
  }

  /** Who said that every call of this tool in this scope may run. */
  Optional<String> remembered(String tool, String scope) {
    return byId.values().stream()
        .filter(approval -> approval.request().call().name().equals(tool))
        .filter(approval -> approval.request().scope().equals(scope))
        .flatMap(approval -> approval.decided().stream())
        .filter(decided -> decided.decision() instanceof ApprovalDecision.Remembered)
        .map(JournalEntry.ApprovalDecided::by)
        .findFirst();
  }

  private void use(String id) {
    byId.computeIfPresent(id, (_, was) -> new Approval(was.request(), was.decided(), true));
  }
}
