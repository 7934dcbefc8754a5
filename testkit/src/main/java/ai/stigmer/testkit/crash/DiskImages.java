package ai.stigmer.testkit.crash;

import ai.stigmer.testkit.crash.DiskOperation.Create;
import ai.stigmer.testkit.crash.DiskOperation.Rename;
import ai.stigmer.testkit.crash.DiskOperation.Said;
import ai.stigmer.testkit.crash.DiskOperation.Sync;
import ai.stigmer.testkit.crash.DiskOperation.SyncFolder;
import ai.stigmer.testkit.crash.DiskOperation.Truncate;
import ai.stigmer.testkit.crash.DiskOperation.Unlink;
import ai.stigmer.testkit.crash.DiskOperation.Write;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/*
 * The model of the disk. What was flushed is there. Of what was not, any part can be there: each write whole, by its
 * 512-byte sectors, or not at all, in any order (a sector that was written twice and is kept once is the later one, as
 * caches keep one version of it). A file's name is there once its folder was flushed; before that, names come and go
 * in the order in which they were made, as file systems journal them.
 */
/** The disks that a power cut could have left, by number: the same number gives the same disk. */
public final class DiskImages {
  private static final int SECTOR = 512;

  private final DiskTrace trace;
  private final long seed;

  public DiskImages(DiskTrace trace, long seed) {
    this.trace = trace;
    this.seed = seed;
  }

  /** What becomes of the writes that were not flushed. */
  private enum Fate {
    ALL_KEPT,
    ALL_LOST,
    FIRST_KEPT,
    SOME_KEPT,
    TORN,
    LAST_TORN
  }

  /**
   * A disk after a cut.
   *
   * @param how when it was cut and what was lost, for a report
   * @param said the lines on standard output that came before the cut
   */
  public record Image(String how, Map<String, byte[]> files, List<String> said) {
    public Image {
      files = new TreeMap<>(files);
      said = List.copyOf(said);
    }
  }

  /** The disk of this number, from 0. */
  public Image image(long number) {
    var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
    List<DiskOperation> all = trace.operations();
    int cut = random.nextInt(trace.start(), all.size() + 1);
    Fate fate = Fate.values()[random.nextInt(Fate.values().length)];
    var disk = new Disk(all.subList(0, cut));
    return new Image(
        "image " + number + " of seed " + seed + ": cut at " + cut + ", " + fate,
        disk.files(fate, random),
        disk.said);
  }

  /** An operation that was not flushed, and its place among all. */
  private record Waiting(DiskOperation operation, int at) {}

  /** The state of the disk at a cut. */
  private static final class Disk {
    private final Map<Integer, FileBytes> flushed = new LinkedHashMap<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<String, Integer> names = new TreeMap<>();
    private final List<DiskOperation> waitingNames = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    Disk(List<DiskOperation> operations) {
      for (int at = 0; at < operations.size(); at++) {
        DiskOperation operation = operations.get(at);
        switch (operation) {
          case Write _, Truncate _ -> waiting.add(new Waiting(operation, at));
          case Sync sync -> flush(sync);
          case Create create -> {
            flushed.put(create.file(), new FileBytes());
            waitingNames.add(create);
          }
          case Unlink _, Rename _ -> waitingNames.add(operation);
          case SyncFolder _ -> {
            waitingNames.forEach(each -> name(names, each));
            waitingNames.clear();
          }
          case Said words -> said.add(words.line());
        }
      }
    }

    private void flush(Sync sync) {
      waiting.removeIf(
          each -> {
            boolean covered = fileOf(each.operation()) == sync.file() && each.at() < sync.since();
            if (covered) {
              apply(flushed, each.operation());
            }
            return covered;
          });
    }

    Map<String, byte[]> files(Fate fate, SplittableRandom random) {
      Map<Integer, FileBytes> files = new LinkedHashMap<>();
      flushed.forEach((file, bytes) -> files.put(file, bytes.copy()));
      keep(files, fate, random);
      var present = new TreeMap<>(names);
      int kept =
          switch (fate) {
            case ALL_KEPT -> waitingNames.size();
            case ALL_LOST -> 0;
            default -> random.nextInt(waitingNames.size() + 1);
          };
      waitingNames.subList(0, kept).forEach(each -> name(present, each));
      var result = new TreeMap<String, byte[]>();
      present.forEach((name, file) -> result.put(name, of(files, file).bytes()));
      return result;
    }

    private void keep(Map<Integer, FileBytes> files, Fate fate, SplittableRandom random) {
      int first = fate == Fate.FIRST_KEPT ? random.nextInt(waiting.size() + 1) : 0;
      double share = random.nextDouble();
      for (int i = 0; i < waiting.size(); i++) {
        DiskOperation each = waiting.get(i).operation();
        boolean whole =
            switch (fate) {
              case ALL_KEPT -> true;
              case ALL_LOST -> false;
              case FIRST_KEPT -> i < first;
              case SOME_KEPT -> random.nextDouble() < share;
              case LAST_TORN -> i < waiting.size() - 1;
              case TORN -> each instanceof Truncate && random.nextDouble() < share;
            };
        if (whole) {
          apply(files, each);
        } else if (each instanceof Write write && fate == Fate.TORN) {
          tear(files, write, random, share);
        } else if (each instanceof Write write && fate == Fate.LAST_TORN) {
          int sectors = random.nextInt(write.bytes().length / SECTOR + 1);
          of(files, write.file()).put(write.offset(), write.bytes(), 0, sectors * SECTOR);
        }
      }
    }

    /** Sectors are the disk's, so the first and the last piece can be shorter. */
    private static void tear(
        Map<Integer, FileBytes> files, Write write, SplittableRandom random, double share) {
      int length = write.bytes().length;
      int end;
      for (int from = 0; from < length; from = end) {
        end = (int) Math.min(length, from + SECTOR - (write.offset() + from) % SECTOR);
        if (random.nextDouble() < share) {
          of(files, write.file()).put(write.offset() + from, write.bytes(), from, end - from);
        }
      }
    }

    private static int fileOf(DiskOperation operation) {
      return switch (operation) {
        case Write write -> write.file();
        case Truncate truncate -> truncate.file();
        default -> throw new IllegalArgumentException(operation.toString());
      };
    }

    private static void apply(Map<Integer, FileBytes> files, DiskOperation operation) {
      switch (operation) {
        case Write write ->
            of(files, write.file()).put(write.offset(), write.bytes(), 0, write.bytes().length);
        case Truncate truncate -> of(files, truncate.file()).resize((int) truncate.length());
        default -> throw new IllegalArgumentException(operation.toString());
      }
    }

    private static void name(Map<String, Integer> names, DiskOperation operation) {
      switch (operation) {
        case Create create -> names.put(create.name(), create.file());
        case Unlink unlink -> names.remove(unlink.name());
        case Rename rename -> {
          Integer file = names.remove(rename.from());
          if (file != null) {
            names.put(rename.to(), file);
          }
        }
        default -> throw new IllegalArgumentException(operation.toString());
      }
    }

    private static FileBytes of(Map<Integer, FileBytes> files, int file) {
      return files.computeIfAbsent(file, _ -> new FileBytes());
    }
  }
}
