package ai.stigmer.it;

import ai.stigmer.cli.JournalOpener;
import ai.stigmer.cli.Stigmer;
import ai.stigmer.config.EnvReader;
import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.store.PostgresUrl;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The command line in a process that kills itself with SIGKILL at a chosen append.
 *
 * <p>The first argument is {@code after:N} (right after the N-th append is durable), {@code
 * before:N} (right before the N-th append, so that what it would record has happened and is not
 * recorded) or {@code never}; the rest is the command.
 */
public final class KillingMain {
  private KillingMain() {}

  static void main(String[] args) {
    String[] kill = args[0].split(":", -1);
    long at = kill.length == 2 ? Long.parseLong(kill[1]) : Long.MAX_VALUE;
    boolean before = kill[0].equals("before");
    JournalOpener opener =
        new JournalOpener() {
          @Override
          public Journal open(Path file, Access access) {
            return new KillingJournal(JournalOpener.sqlite().open(file, access), before, at);
          }

          @Override
          public Journal open(PostgresUrl url, Access access, Consumer<String> notes) {
            return new KillingJournal(JournalOpener.sqlite().open(url, access, notes), before, at);
          }
        };
    String[] command = Arrays.copyOfRange(args, 1, args.length);
    int status =
        new Stigmer(
                EnvReader.system(), InputStream.nullInputStream(), System.out, System.err, opener)
            .execute(command);
    System.exit(status);
  }

  private static final class KillingJournal extends ForwardingJournal {
    private final boolean before;
    private final long at;
    private final AtomicLong appends = new AtomicLong();

    KillingJournal(Journal journal, boolean before, long at) {
      super(journal);
      this.before = before;
      this.at = at;
    }

    @Override
    protected JournalWriter around(JournalWriter writer) {
      return new KillingWriter(writer);
    }

    private final class KillingWriter extends Writer {
      KillingWriter(JournalWriter writer) {
        super(writer);
      }

      @Override
      public long append(List<JournalEntry> entries) {
        boolean dies = appends.incrementAndGet() == at;
        if (before && dies) {
          die();
        }
        long seq = super.append(entries);
        if (!before && dies) {
          die();
        }
        return seq;
      }
    }

    private static void die() {
      try {
        new ProcessBuilder("/bin/sh", "-c", "kill -s KILL " + ProcessHandle.current().pid())
            .start();
        new CountDownLatch(1).await();
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
