package ai.stigmer.testkit.crash;

import ai.stigmer.testkit.crash.DiskImages.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Builds the disks of many power cuts in a folder and has each judged. */
public final class PowerCuts {
  private static final int MOST_FAILURES = 20;
  private static final Path MEMORY = Path.of("/dev/shm");

  private final DiskImages images;
  private final ImageCheck check;

  public PowerCuts(DiskTrace trace, long seed, ImageCheck check) {
    this.images = new DiskImages(trace, seed);
    this.check = check;
  }

  /**
   * What came of it.
   *
   * @param images how many disks were judged
   * @param failed how many broke a promise
   * @param failures the first of those, in words
   */
  public record Report(long images, long failed, List<String> failures) {
    public Report {
      failures = List.copyOf(failures);
    }
  }

  /**
   * Judges the disks of the numbers from {@code first} on.
   *
   * @param threads how many at once
   */
  public Report judge(long first, long count, int threads) throws IOException {
    Path folder = Files.createTempDirectory(scratch(), "power-cuts-");
    var next = new AtomicLong(first);
    var failed = new AtomicLong();
    List<String> failures = Collections.synchronizedList(new ArrayList<>());
    try {
      var workers = new ArrayList<Thread>();
      for (int i = 0; i < threads; i++) {
        Path place = Files.createDirectory(folder.resolve("worker-" + i));
        workers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (long number = next.getAndIncrement();
                          number < first + count;
                          number = next.getAndIncrement()) {
                        if (!judge(number, place, failures)) {
                          failed.incrementAndGet();
                        }
                      }
                    }));
      }
      for (Thread worker : workers) {
        worker.join();
      }
    } catch (InterruptedException e) {
      next.set(Long.MAX_VALUE);
      Thread.currentThread().interrupt();
    } finally {
      clear(folder);
      Files.delete(folder);
    }
    return new Report(Math.min(next.get() - first, count), failed.get(), failures);
  }

  private boolean judge(long number, Path place, List<String> failures) {
    Image image = images.image(number);
    try {
      clear(place);
      for (Map.Entry<String, byte[]> file : image.files().entrySet()) {
        Files.write(place.resolve(file.getKey()), file.getValue());
      }
      check.check(place, image.said());
      return true;
    } catch (Exception | AssertionError e) {
      if (failures.size() < MOST_FAILURES) {
        failures.add(image.how() + ": " + e);
      }
      return false;
    }
  }

  /**
   * Disks are many and small, so they are built in memory where the system has a place for that.
   */
  private static Path scratch() {
    return Files.isWritable(MEMORY) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static void clear(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path each : files.toList()) {
        if (Files.isDirectory(each)) {
          clear(each);
        }
        Files.delete(each);
      }
    }
  }
}
