package ai.stigmer.cli.remote;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.PostCodec;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** Leaves word at a server, which decides once more whether it can be taken. */
final class RemoteInbox implements Inbox {
  private final RemoteServer server;

  RemoteInbox(RemoteServer server) {
    this.server = server;
  }

  @Override
  public Receipt post(String runId, Post post) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    switch (post) {
      case Post.Decision decision -> {
        put(body, decision.decision()).put("by", decision.by());
        server.send("POST", "/api/approvals/" + decision.approval(), body);
      }
      case Post.Message message -> {
        body.put("text", message.text()).put("by", message.by());
        server.send("POST", "/api/runs/" + runId + "/messages", body);
      }
      case Post.Cancel cancel ->
          server.send("POST", "/api/runs/" + runId + "/cancel", body.put("by", cancel.by()));
      case Post.Hold _ ->
          throw new IllegalStateException("only who drives a run posts this: " + post);
      case Post.Resume _ -> server.send("POST", "/api/runs/" + runId + "/resume", body);
    }
    return new Receipt.Taken(new Posted(post, Instant.now()));
  }

  private static ObjectNode put(ObjectNode body, ApprovalDecision decision) {
    return switch (decision) {
      case ApprovalDecision.Approved _ -> body.put("decision", "approved");
      case ApprovalDecision.Edited edited ->
          body.put("decision", "edited").put("arguments", edited.arguments());
      case ApprovalDecision.Remembered _ -> body.put("decision", "remembered");
      case ApprovalDecision.Denied denied ->
          body.put("decision", "denied").put("reason", denied.reason());
      case ApprovalDecision.Happened _ -> body.put("decision", "happened");
      case ApprovalDecision.DidNotHappen _ -> body.put("decision", "did-not-happen");
      case ApprovalDecision.LeftUnknown _ -> body.put("decision", "left-unknown");
    };
  }

  @Override
  public Optional<Posted> find(String runId, String topic) {
    JsonNode json =
        server.get(
            "/api/runs/"
                + runId
                + "/word?topic="
                + URLEncoder.encode(topic, StandardCharsets.UTF_8));
    return json.has("post")
        ? Optional.of(
            new Posted(
                PostCodec.decode(json.path("post").toString()),
                Instant.parse(json.path("time").asText())))
        : Optional.empty();
  }

  @Override
  public Registration watch(Runnable posted) {
    return () -> {};
  }
}
