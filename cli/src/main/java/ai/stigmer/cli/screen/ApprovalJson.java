package ai.stigmer.cli.screen;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** Approvals as JSON, the same in events, exports and lists. */
public final class ApprovalJson {
  private ApprovalJson() {}

  /** {@code json} with the fields of a request. */
  public static ObjectNode of(ObjectNode json, ApprovalRequest request) {
    return json.put("approval", request.id())
        .put("question", request.question().name().toLowerCase(Locale.ROOT))
        .put("call", request.call().id())
        .put("name", request.call().name())
        .put("arguments", request.call().arguments())
        .put("scope", request.scope())
        .put("why", request.why())
        .put("hash", request.hash());
  }

  /** {@code json} with the fields of a decision. */
  public static ObjectNode of(ObjectNode json, ApprovalDecision decision) {
    return switch (decision) {
      case ApprovalDecision.Approved _ -> json.put("decision", "approved");
      case ApprovalDecision.Edited edited ->
          json.put("decision", "edited").put("arguments", edited.arguments());
      case ApprovalDecision.Remembered _ -> json.put("decision", "remembered");
      case ApprovalDecision.Denied denied ->
          json.put("decision", "denied").put("reason", denied.reason());
      case ApprovalDecision.Happened _ -> json.put("decision", "happened");
      case ApprovalDecision.DidNotHappen _ -> json.put("decision", "did_not_happen");
      case ApprovalDecision.LeftUnknown _ -> json.put("decision", "left_unknown");
    };
  }
}
