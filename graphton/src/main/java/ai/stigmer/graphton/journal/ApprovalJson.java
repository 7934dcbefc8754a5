package ai.stigmer.graphton.journal;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.message.ToolCall;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Approvals within the JSON of entries and posts. */
final class ApprovalJson {
  private ApprovalJson() {}

  static ObjectNode put(ObjectNode node, ApprovalRequest request) {
    return node.put("approval", request.id())
        .put("question", request.question().name())
        .put("callId", request.callId())
        .put("scope", request.scope())
        .put("why", request.why())
        .put("hash", request.hash());
  }

  /** A hash that does not fit what it stands beside means that one of the two was changed. */
  static ApprovalRequest request(JsonNode node, ToolCall call) {
    var request =
        new ApprovalRequest(
            EntryCodec.text(node, "approval"),
            Question.valueOf(EntryCodec.text(node, "question")),
            EntryCodec.text(node, "callId"),
            call,
            EntryCodec.text(node, "scope"),
            EntryCodec.text(node, "why"));
    if (!request.hash().equals(EntryCodec.text(node, "hash"))) {
      throw new IllegalArgumentException("the hash of an approval does not fit its call");
    }
    return request;
  }

  static ObjectNode put(ObjectNode node, ApprovalDecision decision) {
    node.put("decision", decision.word());
    return switch (decision) {
      case ApprovalDecision.Edited edited -> node.put("arguments", edited.arguments());
      case ApprovalDecision.Denied denied -> node.put("reason", denied.reason());
      case ApprovalDecision.Approved _,
          ApprovalDecision.Remembered _,
          ApprovalDecision.Happened _,
          ApprovalDecision.DidNotHappen _,
          ApprovalDecision.LeftUnknown _ ->
          node;
    };
  }

  static ApprovalDecision decision(JsonNode node) {
    String name = EntryCodec.text(node, "decision");
    return switch (name) {
      case "approved" -> new ApprovalDecision.Approved();
      case "edited" -> new ApprovalDecision.Edited(EntryCodec.text(node, "arguments"));
      case "remembered" -> new ApprovalDecision.Remembered();
      case "denied" -> new ApprovalDecision.Denied(EntryCodec.text(node, "reason"));
      case "happened" -> new ApprovalDecision.Happened();
      case "did-not-happen" -> new ApprovalDecision.DidNotHappen();
      case "left-unknown" -> new ApprovalDecision.LeftUnknown();
      default -> throw new IllegalArgumentException("unknown decision \"" + name + "\"");
    };
  }
}
