package ai.stigmer.benchmarks.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/*
 * Most of what a kill costs is the start of a process. No compiler (so short a run does not pay it back, and each of its
 * system calls is seen by strace as well), a class path without what is not loaded and, where the class path has jars
 * only, a cache of its classes make it half as long; none of them changes a system call that writes.
 */
/**
 * How the processes are started that are to be killed.
 *
 * @param options of the virtual machine
 */
record KilledProcess(List<String> options) {
  private static final Pattern SOURCE = Pattern.compile("source: file:(\\S+)");

  KilledProcess {
    options = List.copyOf(options);
  }

  /**
   * Finds out, with a run that nobody kills, what the processes need.
   *
   * @param folder where its files may be; the cache stays there
   */
  static KilledProcess preparedIn(Path folder) throws IOException, InterruptedException {
    var options = List.of("-XX:+UseSerialGC", "-Xint", "--enable-native-access=ALL-UNNAMED");
    Path loaded = folder.resolve("loaded");
    var whole = new KilledProcess(with(options, "-cp", System.getProperty("java.class.path")));
    whole.runToItsEnd(folder, "-Xlog:class+load:file=" + loaded);
    Set<String> sources = sources(loaded);
    List<String> small = with(options, "-cp", String.join(":", sources));
    if (!sources.stream().allMatch(source -> source.endsWith(".jar"))) {
      return new KilledProcess(small);
    }
    Path cache = folder.resolve("classes.aot");
    new KilledProcess(small).runToItsEnd(folder, "-XX:AOTCacheOutput=" + cache);
    return new KilledProcess(with(small, "-XX:AOTCache=" + cache));
  }

  private void runToItsEnd(Path folder, String more) throws IOException, InterruptedException {
    var run = new KilledRun(folder, "prepared", 0);
    int status = status(new KilledProcess(with(options, more)).command(run, "start"));
    if (status != 0) {
      throw new IllegalStateException("the run to prepare the others ended with " + status);
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> (f.getFileName() + "").startsWith("prepared.")).toList()) {
        Files.delete(file);
      }
    }
  }

  private static Set<String> sources(Path loaded) throws IOException {
    var sources = new TreeSet<String>();
    Matcher source = SOURCE.matcher(Files.readString(loaded));
    while (source.find()) {
      sources.add(source.group(1));
    }
    return sources;
  }

  private static List<String> with(List<String> options, String... more) {
    return Stream.concat(options.stream(), Stream.of(more)).toList();
  }

  /**
   * The command line.
   *
   * @param what {@code start} or {@code resume}
   */
  List<String> command(KilledRun run, String what) {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(options);
    line.add(KilledRun.class.getName());
    line.add(what);
    line.add(run.folder().toString());
    line.add(run.name());
    line.add(Long.toString(run.seed()));
    return line;
  }

  static int status(List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
