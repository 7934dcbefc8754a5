package ai.stigmer.cli;

import ai.stigmer.cli.screen.Json;
import ai.stigmer.runner.snapshot.WorkspaceSweep;
import ai.stigmer.store.StoreCheck;
import ai.stigmer.store.StorePrune;
import ai.stigmer.store.StoreStats;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;

/** What the journal's keeper is told, for programs; sizes are bytes, times are UTC. */
final class StoreJson {
  private StoreJson() {}

  static ObjectNode check(StoreCheck check) {
    ObjectNode json = Json.object("store-check");
    json.put("sound", check.problems().isEmpty());
    json.put("runs", check.runs()).put("entries", check.entries());
    json.put("blobs", check.blobs()).put("unreferenced_blobs", check.unreferenced());
    ArrayNode problems = json.putArray("problems");
    check.problems().forEach(problem -> problems.add(Json.problem(problem)));
    return json;
  }

  static ObjectNode prune(StorePrune.Report report, boolean dryRun) {
    ObjectNode json = Json.object("store-prune").put("dry_run", dryRun);
    ArrayNode runs = json.putArray("runs");
    report
        .going()
        .forEach(
            run ->
                runs.addObject()
                    .put("run", run.runId())
                    .put("updated", run.updated().toString())
                    .put("entries", run.entries())
                    .put("bytes", run.bytes()));
    json.put("bytes", report.bytes()).put("left_bytes", report.left());
    json.put("held", report.held()).put("unfinished", report.unfinished());
    return json.put("room", report.room().name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  /** The same with what a sweep did to the store of workspaces, if it did anything. */
  static ObjectNode workspaces(Optional<WorkspaceSweep.Report> swept, ObjectNode json) {
    swept.ifPresent(
        report -> {
          ObjectNode each = json.putObject("workspaces");
          amount(each, "set_aside", report.aside());
          amount(each, "removed", report.removed());
          amount(each, "left", report.left());
        });
    return json;
  }

  private static void amount(ObjectNode json, String name, WorkspaceSweep.Amount amount) {
    json.put(name, amount.contents()).put(name + "_bytes", amount.bytes());
  }

  static ObjectNode stats(StoreStats stats) {
    ObjectNode json = Json.object("store-stats");
    json.put("file_bytes", stats.file()).put("log_bytes", stats.log());
    json.put("free_bytes", stats.free()).put("runs", stats.runs());
    json.put("entries", stats.entries()).put("entry_bytes", stats.entryBytes());
    json.put("blobs", stats.blobs()).put("blob_bytes", stats.blobBytes());
    json.put("blob_references", stats.references()).put("unshared_bytes", stats.unshared());
    ArrayNode growth = json.putArray("growth");
    stats
        .growth()
        .forEach(
            (days, each) ->
                growth
                    .addObject()
                    .put("days", days)
                    .put("entries", each.entries())
                    .put("bytes", each.bytes()));
    return json;
  }
}
