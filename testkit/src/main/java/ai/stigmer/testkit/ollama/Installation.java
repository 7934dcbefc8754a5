package ai.stigmer.testkit.ollama;

import ai.stigmer.testkit.http.Latency;
import ai.stigmer.testkit.http.Wire;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the fake server has on its disk and in its memory.
 *
 * <p>Thread contract: thread-safe.
 */
final class Installation {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Scenario scenario;
  private final List<InstalledModel> models;
  private final Map<String, Long> loaded = new LinkedHashMap<>();
  private final Map<String, Integer> pulled = new HashMap<>();
  private final Set<String> failedOnce = new HashSet<>();
  private int loads;

  Installation(Scenario scenario) {
    this.scenario = scenario;
    this.models = new ArrayList<>(scenario.models());
  }

  synchronized Optional<InstalledModel> named(String name) {
    return models.stream().filter(model -> model.isNamed(name)).findFirst();
  }

  /** Loads a model unless it is loaded with this context; returns whether it had to. */
  synchronized boolean load(InstalledModel model, long context) {
    List<Integer> allocated = scenario.allocated();
    Long before = loaded.get(model.name());
    long given =
        allocated.isEmpty() ? context : allocated.get(Math.min(loads, allocated.size() - 1));
    if (before != null && (before == context || !allocated.isEmpty())) {
      return false;
    }
    loaded.put(model.name(), given);
    loads++;
    return true;
  }

  synchronized void unload() {
    loaded.clear();
  }

  synchronized ObjectNode tags() {
    ObjectNode answer = NODES.objectNode();
    ArrayNode array = answer.putArray("models");
    for (InstalledModel model : models) {
      ObjectNode node = entry(array, model);
      model.capabilities().forEach(node.putArray("capabilities")::add);
    }
    return answer;
  }

  synchronized ObjectNode running() {
    ObjectNode answer = NODES.objectNode();
    ArrayNode array = answer.putArray("models");
    for (InstalledModel model : models) {
      Long context = loaded.get(model.name());
      if (context != null) {
        ObjectNode node = entry(array, model);
        node.put("size_vram", model.size() / 100 * scenario.gpuPercent());
        if (scenario.tellsContext()) {
          node.put("context_length", context);
        }
      }
    }
    return answer;
  }

  private static ObjectNode entry(ArrayNode array, InstalledModel model) {
    ObjectNode node = array.addObject().put("name", model.name()).put("model", model.name());
    node.put("size", model.size()).put("digest", model.digest());
    model.remoteHost().ifPresent(host -> node.put("remote_host", host));
    return node;
  }

  /** Streams a pull, from where an earlier one of the same model broke off. */
  void pull(String name, Wire.Lines lines) throws IOException {
    lines.send(bytes(NODES.objectNode().put("status", "pulling manifest")));
    Optional<Pull> known =
        scenario.pulls().stream().filter(pull -> pull.model().isNamed(name)).findFirst();
    if (known.isEmpty()) {
      lines.send(error("pull model manifest: file does not exist"));
      return;
    }
    Pull pull = known.get();
    for (int step = stepsDone(name); step <= pull.steps(); step++) {
      if (pull.error().isPresent() && step >= pull.errorAt() && failsNow(name)) {
        lines.send(error(pull.error().get()));
        return;
      }
      lines.send(progress(pull, step));
      note(name, step);
      Latency.of(pull.pause());
    }
    lines.send(bytes(NODES.objectNode().put("status", "verifying sha256 digest")));
    lines.send(bytes(NODES.objectNode().put("status", "writing manifest")));
    install(pull.model());
    lines.send(bytes(NODES.objectNode().put("status", "success")));
  }

  private synchronized int stepsDone(String name) {
    return pulled.getOrDefault(name, 0);
  }

  private synchronized void note(String name, int step) {
    pulled.put(name, step);
  }

  private synchronized boolean failsNow(String name) {
    return failedOnce.add(name);
  }

  private synchronized void install(InstalledModel model) {
    models.add(model);
  }

  private static byte[] progress(Pull pull, int step) {
    InstalledModel model = pull.model();
    ObjectNode line = NODES.objectNode();
    line.put("status", "pulling " + model.digest().substring(0, 12));
    line.put("digest", "sha256:" + model.digest()).put("total", model.size());
    if (step > 0) {
      line.put("completed", model.size() / pull.steps() * step);
    }
    return bytes(line);
  }

  private static byte[] error(String text) {
    return bytes(NODES.objectNode().put("error", text));
  }

  private static byte[] bytes(ObjectNode line) {
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
