package ai.stigmer.server.console;

import ai.stigmer.config.CatalogModel;
import ai.stigmer.config.ModelCatalog;
import ai.stigmer.config.Price;
import ai.stigmer.graphton.model.ModelRef;
import ai.stigmer.runner.LiveCatalog;
import ai.stigmer.server.console.page.Choice;
import ai.stigmer.server.console.page.HealthView;
import ai.stigmer.server.console.page.ModelsView;
import ai.stigmer.server.http.Ready;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What the server knows of models, and how it is itself. */
final class ServerPages {
  private final Sources sources;

  ServerPages(Sources sources) {
    this.sources = sources;
  }

  /** By the dated file at once; the endpoints are asked by the page, or by a link on it. */
  HttpResponse models(Asked asked) {
    return Pages.page(
        HttpStatus.OK,
        "models",
        asked.frame("Models", "models"),
        asked.query("ask").isEmpty() ? filed() : asked());
  }

  /** The same table by what the endpoints tell now; takes some seconds. */
  HttpResponse liveModels(Asked asked) {
    return Pages.part("part/models", Map.of("view", asked()));
  }

  private static ModelsView filed() {
    return view(
        ModelRef.PROVIDERS.stream().flatMap(id -> LiveCatalog.offline(id).stream()).toList(),
        List.of(),
        false);
  }

  private ModelsView asked() {
    var live = new LiveCatalog(sources.configuration(), sources.clock());
    List<LiveCatalog.Entry> entries =
        ModelRef.PROVIDERS.stream().flatMap(id -> live.refreshed(id).stream()).toList();
    return view(entries, live.notes(), true);
  }

  private static ModelsView view(
      List<LiveCatalog.Entry> entries, List<String> notes, boolean isAsked) {
    return new ModelsView(
        entries.stream().map(ServerPages::row).toList(), ModelCatalog.asOf(), notes, isAsked);
  }

  private static ModelsView.Row row(LiveCatalog.Entry entry) {
    CatalogModel model = entry.model();
    Optional<Price> price = model.prices().stream().findFirst();
    return new ModelsView.Row(
        model.provider() + "/" + model.id(),
        !entry.live().isEmpty(),
        number(model.context()),
        number(model.maxOutput()),
        price.map(one -> "$" + one.input().toPlainString()).orElse("–"),
        price.map(one -> "$" + one.output().toPlainString()).orElse("–"),
        model.retires().map(day -> "retires " + day).or(model::note).orElse(""));
  }

  private static String number(OptionalLong number) {
    return number.isPresent() ? String.format(Locale.ROOT, "%,d", number.getAsLong()) : "–";
  }

  HttpResponse health(Asked asked) {
    Ready.Report report = sources.ready().report();
    var facts = new ArrayList<>(sources.about());
    facts.add(
        new Choice("Runs under way or waiting", String.valueOf(sources.executions().underWay())));
    facts.add(new Choice("Readers of runs", String.valueOf(sources.executions().subscribers())));
    var view =
        new HealthView(
            report.status(),
            report.parts().stream()
                .map(
                    part ->
                        new HealthView.Part(
                            part.name(),
                            part.problem()
                                .map(problem -> problem.code() + ": " + problem.message())
                                .orElse(""),
                            part.problem().map(problem -> problem.help()).orElse(List.of())))
                .toList(),
            facts);
    return Pages.page(HttpStatus.OK, "health", asked.frame("Health", "health"), view);
  }
}
