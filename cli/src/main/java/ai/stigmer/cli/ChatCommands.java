package ai.stigmer.cli;

import ai.stigmer.cli.chat.ChatView;
import ai.stigmer.cli.screen.Count;
import ai.stigmer.cli.screen.Spending;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.graphton.budget.Tally;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.undo.Undo;
import ai.stigmer.graphton.undo.Undo.Item;
import ai.stigmer.runner.PromptParts;
import ai.stigmer.runner.Runner;
import ai.stigmer.store.Owners;
import java.io.PrintStream;
import java.util.List;

/** What can be asked about a session without asking the model. */
final class ChatCommands {
  private static final String HELP =
      """
      /model     which model answers, with whose key, and why
      /cost      tokens and money of this session
      /context   what is put before the model, part by part
      /undo      put back the files that were changed since your last message
      /exit      end the session; so do Ctrl-D and Ctrl-C on an empty line
      While it works, what you type is heard at its next step; Ctrl-C breaks off what it does.
      A line that begins with a space is sent and not kept in the history.""";

  private final Surroundings surroundings;
  private final ChatSession.Course course;
  private final Journal journal;
  private final PrintStream out;

  ChatCommands(
      Surroundings surroundings, ChatSession.Course course, Journal journal, PrintStream out) {
    this.surroundings = surroundings;
    this.course = course;
    this.journal = journal;
    this.out = out;
  }

  /**
   * Answers one; an unknown one is told.
   *
   * @param entries the run's; none before the first message
   */
  void run(String command, List<Recorded> entries) {
    switch (command) {
      case "/help" -> out.println(HELP);
      case "/model" -> model();
      case "/cost" -> cost(entries);
      case "/context" -> context(entries);
      default -> out.println("there is no " + Visible.answer(command) + " here; see /help");
    }
  }

  private void model() {
    out.println(course.startLine());
  }

  private void cost(List<Recorded> entries) {
    Tally tally = Tally.of(entries, journal::read);
    out.println(
        Count.of(tally.modelCalls(), "model call")
            + " · "
            + Count.of(tally.toolCalls(), "tool call")
            + " · "
            + ChatView.spent(Spending.of(tally.spent())));
  }

  private void context(List<Recorded> entries) {
    if (entries.isEmpty()) {
      out.println("nothing is before the model yet; of a new run: stigmer context");
      return;
    }
    ContextCommand.print(
        PromptParts.of(entries.stream().map(Recorded::entry).toList(), surroundings.env()), out);
  }

  /** Puts back what the tools changed since the user's last message. */
  void undo(List<Recorded> entries) {
    if (entries.isEmpty()) {
      out.println("nothing was done yet");
      return;
    }
    long last =
        entries.stream()
            .filter(recorded -> recorded.entry() instanceof UserMessage)
            .mapToLong(Recorded::seq)
            .max()
            .orElse(1);
    var workspace = Runner.workspace(journal, course.runId(), surroundings.env());
    List<Item> items =
        new Undo(journal, workspace, course.runId(), last).apply(Owners.current(), Undo.Force.NO);
    items.forEach(item -> out.println(UndoCommand.line(item, "overwrite")));
    out.println(
        (items.isEmpty() ? "no file was changed by a tool since your last message; " : "")
            + "what commands changed is not known and stays as it is");
  }
}
