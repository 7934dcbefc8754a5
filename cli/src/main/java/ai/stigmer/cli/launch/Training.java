package ai.stigmer.cli.launch;

import ai.stigmer.cli.Main;
import ai.stigmer.config.EnvReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Two typical runs against a model server in this process, with the default model and with a chosen
 * one, so that the JDK sees which classes a run needs; with the word {@code server} one more, by a
 * Stigmer server in this process. It uses a temporary home and workspace, the loopback interface,
 * and an empty standard input.
 */
public final class Training {
  private static final String CALL =
      """
      {"message":{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"name":"read_file",\
      "arguments":{"file_path":"/notes.txt"}}}]},"done":false}
      {"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",\
      "prompt_eval_count":700,"eval_count":20}
      """;
  private static final String ANSWER =
      """
      {"message":{"role":"assistant","content":"The notes say "},"done":false}
      {"message":{"role":"assistant","content":"hello."},"done":false}
      {"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",\
      "prompt_eval_count":750,"eval_count":9}
      """;
  private static final String SHOW =
      """
      {"capabilities":["completion","tools"],"details":{"family":"qwen2"},\
      "model_info":{"general.architecture":"qwen2","qwen2.context_length":32768}}
      """;

  private static final String TAGS =
      """
      {"models":[{"name":"qwen2.5-coder:7b","size":4683087561,"digest":"%s",\
      "capabilities":["completion","tools"]}]}
      """
          .formatted("0123456789abcdef".repeat(4));
  private static final String LOADED =
      """
      {"models":[{"name":"qwen2.5-coder:7b","size":5,"size_vram":5,"context_length":32768}]}
      """;
  private static final String PROBED =
      """
      {"message":{"role":"assistant","content":"","tool_calls":[{"id":"1","function":\
      {"index":0,"name":"stigmer_probe","arguments":{}}}]},"done":false}
      {"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",\
      "prompt_eval_count":100,"eval_count":5}
      """;

  private static final String TASK = "What do the notes say?";

  private Training() {}

  static void main(String[] words) throws IOException {
    boolean withServer = List.of(words).contains("server");
    Path home = Files.createTempDirectory("stigmer-training");
    int status;
    try (ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> serve(server));
      String url = "http://127.0.0.1:" + server.getLocalPort();
      status = run(home, url);
      if (withServer) {
        status = Math.max(status, run(home, "run", "--server", server(home, url), TASK));
      }
    } finally {
      delete(home);
    }
    System.exit(status);
  }

  private static int run(Path home, String url) throws IOException {
    Path workspace = Files.createDirectory(home.resolve("workspace"));
    Files.writeString(workspace.resolve("notes.txt"), "hello\n");
    var _ =
        EnvReader.system(); // Only to have seen it: the run must not depend on where it is built.
    int byDefault = run(home, "run", "--base-url", url, "--workspace", workspace.toString(), TASK);
    int chosen =
        run(
            home,
            "run",
            "--base-url",
            url,
            "--model",
            "qwen3:8b",
            "--workspace",
            workspace.toString(),
            TASK);
    return Math.max(byDefault, chosen);
  }

  private static int run(Path home, String... words) {
    return run(home, OutputStream.nullOutputStream(), words);
  }

  private static int run(Path home, OutputStream out, String... words) {
    return Main.run(
        words,
        Map.of("STIGMER_HOME", home.resolve("home").toString(), "HOME", home.toString()),
        out,
        OutputStream.nullOutputStream());
  }

  /** Starts a server that ends with this process; returns its address. */
  private static String server(Path home, String url) throws IOException {
    var ready = new PipedInputStream();
    var out = new PipedOutputStream(ready);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (out) {
                var _ =
                    run(
                        home,
                        out,
                        "server",
                        "start",
                        "--address",
                        "127.0.0.1:0",
                        "--base-url",
                        url);
              } catch (IOException e) {
                // Who waits for its address hears of the end.
              }
            });
    String line =
        new BufferedReader(new InputStreamReader(ready, StandardCharsets.UTF_8)).readLine();
    return "http://" + String.valueOf(line).replace("ready: ", "");
  }

  private static void serve(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofPlatform().daemon().start(() -> converse(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void converse(Socket socket) {
    try (socket;
        var in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
      String request = in.readLine();
      while (request != null) {
        char[] body = new char[bodyLength(in)];
        int read = 0;
        while (read < body.length) {
          read += in.read(body, read, body.length - read);
        }
        answer(socket.getOutputStream(), request, new String(body));
        request = in.readLine();
      }
    } catch (IOException e) {
      // The client has what it needs.
    }
  }

  private static int bodyLength(BufferedReader in) throws IOException {
    int length = 0;
    String header = in.readLine();
    while (header != null && !header.isEmpty()) {
      if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
        length = Integer.parseInt(header.substring(15).strip());
      }
      header = in.readLine();
    }
    return length;
  }

  private static void answer(OutputStream out, String path, String body) throws IOException {
    String text = text(path, body);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: "
            + bytes.length
            + "\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(bytes);
    out.flush();
  }

  private static String text(String request, String body) {
    if (request.contains("/api/chat")) {
      return body.contains("_probe") ? PROBED : body.contains("\"tool\"") ? ANSWER : CALL;
    }
    return request.contains("/api/tags") ? TAGS : request.contains("/api/ps") ? LOADED : SHOW;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
