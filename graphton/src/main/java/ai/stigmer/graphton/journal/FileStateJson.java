package ai.stigmer.graphton.journal;

import ai.stigmer.graphton.tool.FileState;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** States of files within the JSON of entries. */
final class FileStateJson {
  private FileStateJson() {}

  static void put(ObjectNode node, FileState state) {
    node.putObject("before")
        .put("path", state.path())
        .put("kept", state.kept().name())
        .put("content", state.content())
        .put("mode", state.mode())
        .put("hash", state.hash())
        .put("after", state.after());
  }

  static Optional<FileState> read(JsonNode node) {
    JsonNode before = node.path("before");
    return before.isMissingNode()
        ? Optional.empty()
        : Optional.of(
            new FileState(
                EntryCodec.text(before, "path"),
                FileState.Kept.valueOf(EntryCodec.text(before, "kept")),
                EntryCodec.text(before, "content"),
                EntryCodec.text(before, "mode"),
                EntryCodec.text(before, "hash"),
                EntryCodec.text(before, "after")));
  }
}
