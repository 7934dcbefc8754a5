package ai.stigmer.cli;

import ai.stigmer.cli.screen.Json;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.config.CatalogModel;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.ModelCatalog;
import ai.stigmer.config.Price;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Spelling;
import ai.stigmer.graphton.model.ModelRef;
import ai.stigmer.runner.LiveCatalog;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what is known of models: by a dated file, and by the endpoints that can be asked. */
@Command(
    name = "models",
    description = "List models with their limits and prices; a model not listed works as well.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Prices are US dollars for a million tokens; - stands for what is not known.",
      "A * stands behind a model that its endpoint listed just now.",
      "Examples:",
      "  stigmer models list --provider anthropic",
      "  stigmer models show claude-haiku-5-5",
      "  stigmer models aliases --json"
    })
final class ModelsCommand implements Runnable {
  private static final String OFFLINE = "Ask no endpoint; what the dated file says.";
  private static final String ROW = "%-40s %12s %10s %10s %10s  %s%n";

  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  ModelsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say which: list, show MODEL or aliases");
  }

  @Command(
      name = "list",
      description = "List all models, or those of one provider.",
      mixinStandardHelpOptions = true)
  int list(
      @Option(names = "--provider", paramLabel = "ID", description = "Only this provider's.")
          @Nullable String provider,
      @Option(names = "--offline", description = OFFLINE) boolean offline,
      @Option(names = "--json", description = "As one JSON object.") boolean json) {
    List<LiveCatalog.Entry> models =
        entries(
            ModelRef.PROVIDERS.stream()
                .filter(id -> provider == null || id.equals(provider))
                .toList(),
            offline);
    if (json) {
      surroundings.out().println(json(models));
      return 0;
    }
    surroundings.out().printf(Locale.ROOT, ROW, "MODEL", "CONTEXT", "MAX OUT", "IN $", "OUT $", "");
    models.forEach(this::row);
    surroundings.out().println("as of " + ModelCatalog.asOf() + "; * listed by its endpoint now");
    return 0;
  }

  @Command(
      name = "show",
      description = "Show everything that is known of a model.",
      mixinStandardHelpOptions = true)
  int show(
      @Parameters(paramLabel = "MODEL") String name,
      @Option(names = "--offline", description = OFFLINE) boolean offline,
      @Option(names = "--json", description = "As one JSON object.") boolean json) {
    LiveCatalog.Entry entry = find(name, offline);
    surroundings.out().print(json ? json(entry) + "\n" : text(entry));
    return 0;
  }

  /** The providers' models in one list; what could not be asked is told on standard error. */
  private List<LiveCatalog.Entry> entries(List<String> providers, boolean offline) {
    ConfigInput input =
        ConfigInput.of(surroundings.env(), "stigmer models").clock(surroundings.clock());
    LiveCatalog live = new LiveCatalog(input, surroundings.clock());
    List<LiveCatalog.Entry> entries =
        providers.stream()
            .flatMap(id -> (offline ? LiveCatalog.offline(id) : live.refreshed(id)).stream())
            .toList();
    live.notes().forEach(note -> surroundings.err().println("note: " + Visible.answer(note)));
    return entries;
  }

  @Command(
      name = "aliases",
      description = "List the shorter names and the ids that they stand for.",
      mixinStandardHelpOptions = true)
  int aliases(@Option(names = "--json", description = "As one JSON object.") boolean json) {
    ObjectNode all = Json.object("aliases");
    for (String provider : ModelRef.PROVIDERS) {
      ObjectNode names = all.putObject(provider);
      ModelCatalog.friendlyNames(provider)
          .forEach(
              (alias, id) -> {
                names.put(alias, id);
                if (!json) {
                  surroundings.out().printf(Locale.ROOT, "%-10s %-20s %s%n", provider, alias, id);
                }
              });
    }
    if (json) {
      surroundings.out().println(all);
    }
    return 0;
  }

  /** A name that belongs to one provider leads there; any other asks them all. */
  private LiveCatalog.Entry find(String name, boolean offline) {
    ModelRef ref = ModelRef.parse(name);
    List<String> possible =
        ModelRef.PROVIDERS.stream()
            .filter(id -> ref.provider().isEmpty() || ref.provider().equals(Optional.of(id)))
            .toList();
    List<String> known =
        possible.stream().filter(id -> ModelCatalog.find(id, ref.model()).isPresent()).toList();
    for (LiveCatalog.Entry entry : entries(known.isEmpty() ? possible : known, offline)) {
      if (entry.model().isCalled(ref.model())) {
        return entry;
      }
    }
    Problem problem =
        Problem.of("E307", Problem.Category.USAGE, "nothing is known of a model \"" + name + "\"");
    List<String> ids = ModelCatalog.models().stream().map(CatalogModel::id).toList();
    throw Spelling.nearest(ref.model(), ids)
        .map(near -> problem.help("did you mean " + near + "?", "stigmer models list"))
        .orElseGet(() -> problem.help("stigmer models list", "it can be used all the same"))
        .asException();
  }

  private void row(LiveCatalog.Entry entry) {
    CatalogModel model = entry.model();
    Optional<Price> price = model.prices().stream().findFirst();
    String remark = model.retires().map(day -> "retires " + day).or(model::note).orElse("");
    surroundings
        .out()
        .printf(
            Locale.ROOT,
            ROW,
            model.provider() + "/" + model.id() + (entry.live().isEmpty() ? "" : " *"),
            number(model.context()),
            number(model.maxOutput()),
            price.map(p -> p.input().toPlainString()).orElse("-"),
            price.map(p -> p.output().toPlainString()).orElse("-"),
            remark);
  }

  private static String number(OptionalLong number) {
    return number.isPresent() ? String.format(Locale.ROOT, "%,d", number.getAsLong()) : "-";
  }

  private static String text(LiveCatalog.Entry entry) {
    CatalogModel model = entry.model();
    var text = new StringBuilder();
    line(text, "model", model.provider() + "/" + model.id());
    line(text, "also", String.join(", ", model.aliases()));
    line(text, "context", number(model.context()));
    line(text, "output", number(model.maxOutput()));
    for (Price price : model.prices()) {
      String upTo =
          price.upToPromptTokens() == Long.MAX_VALUE
              ? ""
              : String.format(Locale.ROOT, ", prompts up to %,d", price.upToPromptTokens());
      line(
          text,
          "price",
          "$%s in, $%s out, $%s from the cache, $%s to the cache%s"
              .formatted(
                  price.input().toPlainString(),
                  price.output().toPlainString(),
                  price.cacheRead().map(BigDecimal::toPlainString).orElse("-"),
                  price.cacheWrite().map(BigDecimal::toPlainString).orElse("-"),
                  upTo));
    }
    line(text, "effort", String.join(", ", model.efforts()));
    line(text, "can", String.join(", ", model.capabilities()));
    line(text, "retires", model.retires().map(Object::toString).orElse("-"));
    line(text, "then", model.successor().orElse(""));
    line(text, "note", model.note().orElse(""));
    line(text, "as of", model.fact().toString());
    line(text, "live", String.join(", ", entry.live()));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    if (!value.isEmpty()) {
      text.append(String.format(Locale.ROOT, "%-9s", name)).append(value).append('\n');
    }
  }

  private static ObjectNode json(List<LiveCatalog.Entry> models) {
    ObjectNode json = Json.object("models").put("as_of", ModelCatalog.asOf().toString());
    ArrayNode all = json.putArray("models");
    models.forEach(model -> all.add(json(model)));
    return json;
  }

  private static ObjectNode json(LiveCatalog.Entry entry) {
    CatalogModel model = entry.model();
    ObjectNode json = Json.object("model").put("provider", model.provider()).put("id", model.id());
    add(json.putArray("aliases"), model.aliases());
    model.context().ifPresent(n -> json.put("context", n));
    model.maxOutput().ifPresent(n -> json.put("max_output", n));
    ArrayNode prices = json.putArray("prices");
    for (Price price : model.prices()) {
      ObjectNode each =
          prices.addObject().put("input", price.input()).put("output", price.output());
      price.cacheRead().ifPresent(p -> each.put("cache_read", p));
      price.cacheWrite().ifPresent(p -> each.put("cache_write", p));
      if (price.upToPromptTokens() < Long.MAX_VALUE) {
        each.put("up_to_prompt_tokens", price.upToPromptTokens());
      }
    }
    add(json.putArray("efforts"), model.efforts());
    add(json.putArray("capabilities"), model.capabilities());
    json.put("retires", model.retires().map(Object::toString).orElse(null));
    json.put("successor", model.successor().orElse(null));
    json.put("note", model.note().orElse(null));
    add(json.putArray("live"), entry.live());
    return json.put("fact", model.fact().toString());
  }

  private static void add(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }
}
