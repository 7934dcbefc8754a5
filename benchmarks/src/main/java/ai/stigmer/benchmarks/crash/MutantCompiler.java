package ai.stigmer.benchmarks.crash;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles single sources of the project in memory, against its built classes and without the
 * build's checks. One for all mutants, because most of the work is to open the class path.
 *
 * <p>Thread contract: thread-safe; one source at a time.
 */
final class MutantCompiler implements AutoCloseable {
  private final JavaCompiler compiler =
      Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "this is no JDK");
  private final StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);

  /**
   * The classes of a planted source, by name.
   *
   * @throws IllegalStateException when it does not compile
   */
  synchronized Map<String, byte[]> compile(Mutant mutant, String planted) throws IOException {
    var said = new StringWriter();
    try (var made = new InMemory(files)) {
      boolean compiled =
          compiler
              .getTask(
                  said,
                  made,
                  null,
                  List.of("-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path")),
                  null,
                  List.of(new Source(mutant.file(), planted)))
              .call();
      if (!compiled) {
        throw new IllegalStateException(
            "mutant \"" + mutant.name() + "\" does not compile: " + said);
      }
      return made.classes();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    files.close();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String file, String text) {
      super(URI.create("memory:///" + file), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public String getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Keeps what is compiled, and leaves the shared files open. */
  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> made = new HashMap<>();

    InMemory(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
        @Override
        public OutputStream openOutputStream() {
          var bytes = new ByteArrayOutputStream();
          made.put(name, bytes);
          return bytes;
        }
      };
    }

    Map<String, byte[]> classes() {
      var classes = new HashMap<String, byte[]>();
      made.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
      return classes;
    }

    @Override
    public void close() {}
  }
}
