package ai.stigmer.benchmarks;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.RunIds;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.models.ollama.OllamaProvider;
import ai.stigmer.store.SqliteJournal;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;

/** The library's cost per step against the bare loop, with and without a durable journal. */
final class StepOverhead {
  static final String INSTRUCTIONS = "You add numbers with the tool until you are told to stop.";
  private static final double TARGET = 1.3;

  private final int steps;
  private final int rounds;

  StepOverhead(int steps, int rounds) {
    this.steps = steps;
    this.rounds = rounds;
  }

  List<Figure> measure(Path folder) throws Exception {
    try (ServerProcess server = ServerProcess.start(steps, 0)) {
      var figures = new ArrayList<Figure>();
      figures.add(without(server.url()));
      figures.add(with(server.url(), folder));
      return figures;
    }
  }

  private Figure without(String url) throws Exception {
    try (ChatModel model = model(url)) {
      BareLoop bare = new BareLoop(client(), url, tools(), entry -> {});
      Callable<Integer> floor = () -> bare.run("go");
      return compare(
          "step without a journal",
          () -> run(model, new InMemoryJournal(InstantSource.system())),
          floor);
    }
  }

  private Figure with(String url, Path folder) throws Exception {
    try (ChatModel model = model(url);
        Journal journal = SqliteJournal.open(folder.resolve("steps.db"), InstantSource.system());
        BareJournal rows = new BareJournal(folder.resolve("floor.db"))) {
      BareLoop bare = new BareLoop(client(), url, tools(), rows);
      return compare(
          "step with a durable journal", () -> run(model, journal), () -> bare.run("go"));
    }
  }

  private Figure compare(String name, Callable<Integer> ours, Callable<Integer> floor)
      throws Exception {
    for (int i = 0; i < 2 * rounds; i++) {
      expect(ours.call());
      expect(floor.call());
    }
    var oursMillis = new ArrayList<Double>();
    var floorMillis = new ArrayList<Double>();
    for (int i = 0; i < rounds; i++) {
      oursMillis.add(millis(ours));
      floorMillis.add(millis(floor));
    }
    double our = Numbers.median(oursMillis);
    double their = Numbers.median(floorMillis);
    return Figure.of(name, our, their, TARGET)
        .with("ours, ms per step", our / steps)
        .with("floor, ms per step", their / steps);
  }

  private double millis(Callable<Integer> work) throws Exception {
    long start = System.nanoTime();
    expect(work.call());
    return (System.nanoTime() - start) / 1e6;
  }

  private void expect(int done) {
    if (done != steps) {
      throw new IllegalStateException("a run made " + done + " steps instead of " + steps);
    }
  }

  private int run(ChatModel model, Journal journal) {
    return Graphton.with(model)
            .journal(journal)
            .run(agent(steps), "go", RunIds.next(InstantSource.system().instant()))
            .turns()
        - 1;
  }

  static Agent agent(int steps) {
    return Agent.named("adder")
        .instructions(INSTRUCTIONS)
        .tools(adder())
        .maxTurns(steps + 1)
        .build();
  }

  static Tool adder() {
    return Tool.named("add")
        .describedAs("Adds two numbers.")
        .integer("a", "the first number")
        .integer("b", "the second number")
        .readOnly()
        .calling(
            arguments ->
                String.valueOf(
                    arguments.optionalInt("a").orElse(0) + arguments.optionalInt("b").orElse(0)));
  }

  static ChatModel model(String url) {
    return new OllamaProvider()
        .open(
            new ModelSettings(
                "ollama",
                "bench",
                Optional.of(url),
                Optional.empty(),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                OptionalInt.of(32_768),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofMinutes(1)));
  }

  static HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  static JsonNode tools() throws Exception {
    var json = new ObjectMapper();
    var function = json.createObjectNode();
    function.put("name", adder().spec().name()).put("description", adder().spec().description());
    function.set("parameters", json.readTree(adder().spec().schema()));
    var tools = json.createArrayNode();
    tools.addObject().put("type", "function").set("function", function);
    return tools;
  }
}
