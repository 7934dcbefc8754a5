package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.RealComponents;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One tab of a real Chromium without a screen, driven over its DevTools protocol. */
final class Chromium implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SECONDS = 60;
  private static final long LOOK_AGAIN = 20;

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  private Chromium(Process process, Path profile) throws IOException, InterruptedException {
    this.process = process;
    Path file = profile.resolve("DevToolsActivePort");
    await("DevTools", () -> Files.exists(file) && Files.readAllLines(file).size() > 1);
    String port = Files.readAllLines(file).getFirst();
    var made =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
    this.socket =
        http.newWebSocketBuilder()
            .buildAsync(
                URI.create(JSON.readTree(made.body()).path("webSocketDebuggerUrl").asText()),
                new Reader())
            .join();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", JSON.createObjectNode());
    }
  }

  /** Starts one; skips the test, and says so, where there is none. */
  static Chromium start(Path folder) throws IOException, InterruptedException {
    String program = System.getenv().getOrDefault("CHROMIUM", "chromium");
    RealComponents.require("chromium", () -> RealComponents.runs(List.of(program, "--version")));
    Path profile = Files.createDirectories(folder.resolve("chromium"));
    var command =
        new ArrayList<>(
            List.of(
                program,
                "--headless=new",
                // There is no sandbox for root, and nothing but our own pages is loaded.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--force-color-profile=srgb",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank"));
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("chromium.log").toFile());
    builder.environment().put("HOME", folder.toString());
    Process process = builder.start();
    try {
      return new Chromium(process, profile);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Puts the pieces of messages together, and completes what waits for them. */
  private final class Reader implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
      text.append(part);
      if (isLast) {
        read(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }

  private void read(String text) {
    try {
      JsonNode message = JSON.readTree(text);
      CompletableFuture<JsonNode> waiting = answers.remove(message.path("id").asInt(-1));
      if (waiting != null) {
        waiting.complete(message);
      }
      switch (message.path("method").asText()) {
        case "Log.entryAdded" -> {
          JsonNode entry = message.at("/params/entry");
          if (entry.path("level").asText().equals("error")) {
            complaints.add(entry.path("text").asText() + " " + entry.path("url").asText());
          }
        }
        case "Runtime.exceptionThrown" ->
            complaints.add(message.at("/params/exceptionDetails").toString());
        default -> {}
      }
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  /** What pages complained of since the last call: errors of scripts, of the policy, of loading. */
  List<String> complaints() {
    List<String> all = List.copyOf(complaints);
    complaints.clear();
    return all;
  }

  JsonNode call(String method, ObjectNode parameters) {
    int id = ids.incrementAndGet();
    var answer = new CompletableFuture<JsonNode>();
    answers.put(id, answer);
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", parameters);
    socket.sendText(message.toString(), true).join();
    JsonNode told = answer.orTimeout(SECONDS, TimeUnit.SECONDS).join();
    assertThat(told.path("error").toString()).as(method).isEmpty();
    return told.path("result");
  }

  /** Loads a page, and waits until its scripts have run. */
  void open(String url) throws InterruptedException {
    evaluate("window.stigmerLeaving = true");
    go(url);
    settled();
  }

  /** Has a page loaded, and waits for nothing. */
  void go(String url) {
    call("Page.navigate", JSON.createObjectNode().put("url", url));
  }

  /** Waits for the page after this one. */
  void settled() throws InterruptedException {
    await(
        "a loaded page",
        () -> evaluate("!window.stigmerLeaving && document.readyState === 'complete'").asBoolean());
  }

  /** What a script comes to. */
  JsonNode evaluate(String script) {
    JsonNode result =
        call(
            "Runtime.evaluate",
            JSON.createObjectNode()
                .put("expression", script)
                .put("returnByValue", true)
                .put("awaitPromise", true));
    return result.at("/result/value");
  }

  String text(String selector) {
    return evaluate("document.querySelector(" + quoted(selector) + ")?.innerText ?? ''").asText();
  }

  static String quoted(String text) {
    return JSON.getNodeFactory().textNode(text).toString();
  }

  /** Waits until a script comes to true. */
  void until(String script) throws InterruptedException {
    await(script, () -> evaluate(script).asBoolean());
  }

  /** A key as somebody presses it, for example {@code Tab}. */
  void press(String key) {
    int code = key.equals("Tab") ? 9 : key.equals("Enter") ? 13 : key.charAt(0);
    for (String type : List.of("keyDown", "keyUp")) {
      ObjectNode event =
          JSON.createObjectNode()
              .put("type", type)
              .put("key", key)
              .put("code", key)
              .put("windowsVirtualKeyCode", code);
      if (key.equals("Enter") && type.equals("keyDown")) {
        event.put("text", "\r");
      }
      call("Input.dispatchKeyEvent", event);
    }
  }

  void type(String text) {
    call("Input.insertText", JSON.createObjectNode().put("text", text));
  }

  /** Presses Tab until what has the focus says so. */
  void tabTo(String words) {
    var seen = new ArrayList<String>();
    for (int i = 0; i < 100; i++) {
      press("Tab");
      String focused = evaluate("document.activeElement?.innerText ?? ''").asText().strip();
      if (focused.equals(words)) {
        return;
      }
      seen.add(focused);
    }
    throw new AssertionError("no Tab leads to \"" + words + "\": " + seen);
  }

  void dress(String scheme, int width, int height) {
    ObjectNode media = JSON.createObjectNode();
    media.putArray("features").addObject().put("name", "prefers-color-scheme").put("value", scheme);
    call("Emulation.setEmulatedMedia", media);
    call(
        "Emulation.setDeviceMetricsOverride",
        JSON.createObjectNode()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
  }

  void screenshot(Path file) throws IOException {
    JsonNode png = call("Page.captureScreenshot", JSON.createObjectNode().put("format", "png"));
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, Base64.getDecoder().decode(png.path("data").asText()));
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(String what, Condition condition) throws InterruptedException {
    for (long left = SECONDS * 1_000 / LOOK_AGAIN; left > 0; left--) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (IOException e) {
        throw new AssertionError(what, e);
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN);
    }
    throw new AssertionError("waited in vain for " + what);
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    var _ = process.destroyForcibly().onExit().join();
  }
}
