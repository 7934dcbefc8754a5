package ai.stigmer.store;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;

/** What can be wrong with the journal's file, in words for its owner. */
final class StoreProblems {
  private StoreProblems() {}

  static ProblemException noSuchRun(String runId) {
    return Problem.of("E501", Category.USAGE, "there is no run " + runId)
        .help("list the runs: stigmer sessions list")
        .asException();
  }

  static ProblemException owned(
      String runId, String owner, String holder, Optional<Instant> since) {
    String process = Owners.process(holder);
    String who = owner.equals(holder) ? "process " + process : owner + " (" + process + ")";
    Problem problem =
        Problem.of("E502", Category.STORE, "run " + runId + " is being run by " + who)
            .from(
                since.stream()
                    .map(time -> "since " + time.truncatedTo(ChronoUnit.SECONDS))
                    .toArray(String[]::new));
    return (Owners.isStopped(holder)
            ? problem.help(
                "that process is stopped: let it go on with fg or kill -CONT "
                    + process.substring(0, process.indexOf('@')),
                "or end it, then resume")
            : problem.help("wait for it to end, or stop that process first"))
        .asException();
  }

  static ProblemException damagedRun(String place, String runId, long seq) {
    return Problem.of(
            "E503", Category.STORE, "run " + runId + " is damaged from its entry " + seq + " on")
        .from(place)
        .help(
            "nothing was changed; other runs can still be read",
            "keep the file, restore a backup, or start the run again")
        .asException();
  }

  static ProblemException damagedBlob(String place, String runId, long seq) {
    return Problem.of(
            "E520",
            Category.STORE,
            "a long text of run " + runId + ", entry " + seq + ", is damaged or missing")
        .from(place)
        .help(
            "nothing was changed; other runs can still be read",
            "see what else is damaged: stigmer store check",
            "keep the file, restore a backup, or start the run again")
        .asException();
  }

  static Problem damagedFile(String place, String what) {
    return Problem.of("E503", Category.STORE, "the journal's file is damaged: " + what)
        .from(place)
        .help("keep the file and restore a backup");
  }

  static ProblemException noJournal(Path file) {
    return Problem.of("E522", Category.USAGE, "there is no journal yet, so nothing to back up")
        .from(file.toString())
        .help("start a run: stigmer run \"…\"")
        .asException();
  }

  static ProblemException backupExists(Path target) {
    return Problem.of("E523", Category.USAGE, "the file for the backup exists already")
        .from(target.toString())
        .help("choose another name, or replace it with --force")
        .asException();
  }

  static ProblemException noBackup(Path target, Exception e) {
    Problem problem =
        Problem.of("E524", Category.STORE, "the backup cannot be written")
            .from(target.toString(), e.toString())
            .help("check that its folder is there, may be written and has space");
    return new ProblemException(problem, e);
  }

  static ProblemException damagedBackup(Path target, Problem first) {
    return Problem.of("E524", Category.STORE, "the journal is damaged, so there is no good backup")
        .from(target.toString() + " was not written", first.message())
        .help("see all damage: stigmer store check", "keep the backups that you have")
        .asException();
  }

  static ProblemException damagedList(Path file) {
    return Problem.of("E503", Category.STORE, "the journal's table of runs is damaged")
        .from(file.toString())
        .help("nothing was changed; keep the file and restore a backup")
        .asException();
  }

  static ProblemException exists(String runId) {
    return Problem.of("E504", Category.STORE, "run " + runId + " exists already")
        .help("go on with it: stigmer resume " + runId)
        .asException();
  }

  static ProblemException takenOver(String runId) {
    return Problem.of(
            "E505",
            Category.STORE,
            "another process has taken over run " + runId + "; this one stops")
        .help("watch it there, or look at it with: stigmer sessions show " + runId)
        .asException();
  }

  static ProblemException newerSchema(String place, int found, int known) {
    return Problem.of(
            "E508",
            Category.STORE,
            "the journal has schema version " + found + ", this version of Stigmer knows " + known)
        .from(place)
        .help("use the newer version of Stigmer; nothing was touched")
        .asException();
  }

  static ProblemException readOnly(Path file) {
    return Problem.of("E510", Category.STORE, "the journal is read-only, so nothing can be run")
        .from(file.toString())
        .help("give yourself the right to write it, or set STIGMER_HOME to another folder")
        .asException();
  }

  static ProblemException notAFile(Path file) {
    return Problem.of("E503", Category.STORE, "the journal is damaged, or is no journal")
        .from(file.toString(), "it is a folder")
        .help("move the folder away, or set STIGMER_HOME to another folder")
        .asException();
  }

  static ProblemException cut(Path file, long size) {
    return Problem.of("E503", Category.STORE, "the journal is damaged, or is no journal")
        .from(file.toString(), "it has only " + size + " bytes")
        .help(
            "nothing was changed; keep the file and restore a backup",
            "or begin a new journal: move the file away")
        .asException();
  }

  static ProblemException emptyBesideLog(Path file, Path log) {
    return Problem.of("E503", Category.STORE, "the journal is damaged: its file is empty or gone")
        .from(file.toString(), "its write-ahead log still holds entries: " + log)
        .help(
            "nothing was changed; keep both files and restore a backup",
            "or begin a new journal: move both files away")
        .asException();
  }

  static ProblemException damagedLog(Path log, long where) {
    return Problem.of("E503", Category.STORE, "the journal's write-ahead log is damaged")
        .from(log.toString(), "from byte " + where + " on")
        .help(
            "nothing was changed; keep this file and the journal beside it, restore a backup",
            "or begin a new journal: move both files away")
        .asException();
  }

  static ProblemException noLibrary(Path home, Exception e) {
    Problem problem =
        Problem.of("E506", Category.STORE, "the journal cannot be opened: SQLite does not load")
            .from(e.toString())
            .help(
                "check free space in " + home + " and in the folder for temporary files",
                "one of the two must allow programs to be loaded from it");
    return new ProblemException(problem, e);
  }

  static ProblemException unreadable(Path file, Exception e) {
    Problem problem =
        Problem.of("E506", Category.STORE, "the journal cannot be read")
            .from(file.toString(), e.toString())
            .help("check your rights to the file and the health of the disk");
    return new ProblemException(problem, e);
  }

  /** The writing of the journal broke off for a reason that is not the disk's. */
  static ProblemException brokenOff(Path file, Throwable e) {
    Problem problem =
        Problem.of("E506", Category.STORE, "the journal cannot be written")
            .from(file.toString(), e.toString())
            .help("end this program, then: stigmer resume ID");
    return new ProblemException(problem, e);
  }

  static ProblemException noFolder(Path file, Exception e) {
    Problem problem =
        Problem.of("E510", Category.STORE, "the journal's folder cannot be made")
            .from(file.toString(), e.toString())
            .help("make the folder yourself, or set STIGMER_HOME to another one");
    return new ProblemException(problem, e);
  }

  /** The problem that an error of SQLite stands for. */
  static ProblemException of(Path file, SQLException e) {
    Problem problem =
        switch (SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xff)) {
          case SQLITE_NOTADB, SQLITE_CORRUPT, SQLITE_ERROR ->
              Problem.of("E503", Category.STORE, "the journal is damaged, or is no journal")
                  .help(
                      "nothing was changed; keep the file and restore a backup",
                      "or begin a new journal: move the file away");
          case SQLITE_BUSY, SQLITE_LOCKED ->
              Problem.of("E509", Category.STORE, "another program keeps the journal locked")
                  .help("close that program (a database browser, a backup) and try again");
          case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM -> readOnly(file).problem();
          default ->
              Problem.of("E506", Category.STORE, "the journal cannot be written")
                  .help("check free space and health of the disk, then: stigmer resume ID");
        };
    return new ProblemException(problem.from(file.toString(), String.valueOf(e.getMessage())), e);
  }
}
