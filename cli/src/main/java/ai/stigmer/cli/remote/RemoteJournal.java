package ai.stigmer.cli.remote;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.Owners;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The journal of a server, for reading; word for its runs goes through {@link #inbox}. Runs are
 * driven by the server, so nothing is claimed from here.
 *
 * <p>Thread contract: thread-safe.
 */
public final class RemoteJournal implements Journal {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RemoteServer server;
  private final Map<String, List<Recorded>> read = new HashMap<>();

  public RemoteJournal(RemoteServer server) {
    this.server = requireNonNull(server, "server is null");
  }

  @Override
  public JournalWriter create(String runId, String owner) {
    throw notFromHere();
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    throw notFromHere();
  }

  private ProblemException notFromHere() {
    return Problem.of(
            "E582", Problem.Category.USAGE, "runs of a server are driven by the server alone")
        .from(server.location() + " names " + server.endpoint())
        .help("to work here for once: --server \"\"")
        .asException();
  }

  /** What was read before is not asked for again: entries never change. */
  @Override
  public synchronized List<Recorded> read(String runId) {
    List<Recorded> entries = read.computeIfAbsent(runId, key -> new ArrayList<>());
    int before;
    do {
      before = entries.size();
      String path = "/api/runs/" + runId + "/entries?after=" + before;
      server.text(path).lines().map(RemoteJournal::recorded).forEach(entries::add);
    } while (entries.size() > before);
    return List.copyOf(entries);
  }

  private static Recorded recorded(String line) {
    try {
      JsonNode json = JSON.readTree(line);
      return new Recorded(
          json.path("seq").asLong(),
          Instant.parse(json.path("time").asText()),
          EntryCodec.decode(json.path("entry").toString()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the server sends lines of JSON", e);
    }
  }

  @Override
  public List<RunSummary> list(int limit) {
    var runs = new ArrayList<RunSummary>();
    for (JsonNode run : server.get("/api/runs?limit=" + limit).path("runs")) {
      runs.add(
          new RunSummary(
              run.path("id").asText(),
              Instant.parse(run.path("created").asText()),
              Instant.parse(run.path("updated").asText()),
              run.path("entries").asLong(),
              // Whether a process lives is told where it would.
              run.path("alive").asBoolean() ? Owners.current() : run.path("owner").asText()));
    }
    return runs;
  }

  @Override
  public Inbox inbox() {
    return new RemoteInbox(server);
  }

  @Override
  public void close() {
    server.close();
  }
}
