package ai.stigmer.graphton;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Checkpoints;
import ai.stigmer.graphton.redaction.Redactor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A new run that begins with the past of another one.
 *
 * @param from the other run
 * @param at how many of its entries are copied, from 1; see {@link Checkpoints}
 * @param runId the new run's id, see {@link ai.stigmer.graphton.journal.Journal#create}
 * @param message what the user says next; empty when the model is to go on by itself
 */
public record Fork(String from, long at, String runId, Optional<String> message) {
  public Fork {
    requireNonNull(from, "from is null");
    requireNonNull(runId, "runId is null");
    message = message.filter(text -> !text.isBlank());
  }

  /**
   * Writes down that the new run begins, without driving it.
   *
   * @param owner see {@link Journal#create}
   * @param environment what is needed to go on with it, see {@link RunStarted}
   * @param redactor what is written passes it
   * @throws ai.stigmer.graphton.error.ProblemException {@code E540} when the other run cannot be
   *     forked there; as {@link Journal#create}
   */
  public void begin(Journal journal, String owner, String environment, Redactor redactor) {
    List<JournalEntry> entries = redactor.record(entries(journal.read(from), environment));
    try (JournalWriter writer = journal.begin(runId, owner)) {
      writer.append(entries);
    }
  }

  private List<JournalEntry> entries(List<Recorded> other, String environment) {
    if (!Checkpoints.isValid(other, at)) {
      throw notThere(other);
    }
    var entries = new ArrayList<JournalEntry>();
    for (Recorded recorded : other.subList(0, (int) at)) {
      entries.add(
          recorded.entry() instanceof RunStarted started
              ? new RunStarted(
                  started.input(),
                  started.agent(),
                  started.system(),
                  started.toolsHash(),
                  environment)
              : recorded.entry());
    }
    entries.add(new JournalEntry.RunForked(from, at));
    message.map(JournalEntry.UserMessage::new).ifPresent(entries::add);
    return entries;
  }

  private RuntimeException notThere(List<Recorded> other) {
    return Problem.of(
            "E540", Problem.Category.USAGE, "run " + from + " cannot be forked at entry " + at)
        .from("it has " + other.size() + " entries; at this one a tool call has no outcome")
        .help(
            "take one of " + Checkpoints.inWords(other),
            "to see what they are: stigmer sessions show " + from)
        .asException();
  }
}
