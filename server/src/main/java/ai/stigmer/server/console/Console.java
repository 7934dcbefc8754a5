package ai.stigmer.server.console;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.server.console.page.ErrorView;
import ai.stigmer.server.guard.ConsoleDoor;
import ai.stigmer.server.http.HttpProblem;
import ai.stigmer.server.rpc.Errors;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import java.util.List;
import java.util.Set;

/** Every route of the console. */
public final class Console {
  /** The patterns of the routes that anybody who knows the server may call. */
  public static final Set<String> OPEN = Set.of("/", ConsoleDoor.ROOT, Login.PAGE, Assets.PATTERN);

  private static final String RUN = RunList.PATH + "/{id}";

  /** In bytes; a message to a run has at most 100,000 characters. */
  private static final long LARGEST_FORM = 4 << 20;

  private final Sources sources;
  private final Login login;

  public Console(Sources sources, Login login) {
    this.sources = requireNonNull(sources, "sources is null");
    this.login = requireNonNull(login, "login is null");
  }

  /** Answers a browser that was let in. May block. */
  private interface Page {
    HttpResponse serve(Asked asked);
  }

  /** Adds all of them. */
  public void addTo(ServerBuilder builder) {
    for (String way : List.of("/", ConsoleDoor.ROOT)) {
      add(builder, HttpMethod.GET, way, (ctx, request) -> Actions.to(RunList.PATH));
    }
    add(builder, HttpMethod.GET, Login.PAGE, (ctx, request) -> login.page());
    add(builder, HttpMethod.POST, Login.PAGE, (ctx, request) -> login.enter(request));
    add(builder, HttpMethod.POST, Login.CODES, (ctx, request) -> login.code(request));
    add(builder, HttpMethod.GET, Assets.PATTERN, new Assets());
    add(
        builder,
        HttpMethod.POST,
        ConsoleDoor.ROOT + "/logout",
        (ctx, request) -> login.leave(request));
    addRuns(builder);
    var agents = new AgentPages(sources);
    get(builder, ConsoleDoor.ROOT + "/agents", agents::list);
    get(builder, ConsoleDoor.ROOT + "/agents/{id}", agents::page);
    var sessions = new SessionPages(sources);
    get(builder, ConsoleDoor.ROOT + "/sessions", sessions::list);
    get(builder, ConsoleDoor.ROOT + "/sessions/{id}", sessions::page);
    var server = new ServerPages(sources);
    get(builder, ConsoleDoor.ROOT + "/models", server::models);
    get(builder, ConsoleDoor.ROOT + "/models/live", server::liveModels);
    get(builder, ConsoleDoor.ROOT + "/health", server::health);
    get(builder, "prefix:" + ConsoleDoor.ROOT, Console::nothing);
  }

  private void addRuns(ServerBuilder builder) {
    var list = new RunList(sources);
    get(builder, RunList.PATH, list::page);
    get(builder, ConsoleDoor.ROOT + "/part/runs", list::rows);
    var pages = new RunPages(sources);
    get(builder, RUN, pages::page);
    get(builder, RUN + "/live", new LiveRun(sources, pages)::serve);
    get(builder, RUN + "/children/{child}", pages::childPage);
    get(builder, RUN + "/children/{child}/part", pages::child);
    var records = new RunRecords(sources, pages);
    get(builder, RUN + "/configuration", records::configuration);
    get(builder, RUN + "/journal", records::journal);
    get(builder, RUN + "/journal/{seq}", records::entry);
    var actions = new Actions(sources);
    post(builder, RunList.PATH, actions::start);
    post(builder, RUN + "/messages", actions::say);
    post(builder, RUN + "/cancel", actions::cancel);
    var approvals = new Approvals(sources);
    get(builder, Approvals.path("{id}"), approvals::page);
    post(builder, Approvals.path("{id}"), approvals::decide);
  }

  private void get(ServerBuilder builder, String path, Page page) {
    add(
        builder,
        HttpMethod.GET,
        path,
        (ctx, request) -> blocking(page, new Asked(ctx, QueryParams.of())));
  }

  private void post(ServerBuilder builder, String path, Page page) {
    add(
        builder,
        HttpMethod.POST,
        path,
        (ctx, request) ->
            HttpResponse.of(
                request
                    .aggregate()
                    .thenApply(
                        whole ->
                            blocking(
                                page,
                                new Asked(
                                    ctx, QueryParams.fromQueryString(whole.contentUtf8()))))));
  }

  private HttpResponse blocking(Page page, Asked asked) {
    return HttpResponse.of(() -> answer(page, asked), asked.ctx().blockingTaskExecutor());
  }

  private HttpResponse answer(Page page, Asked asked) {
    try {
      return page.serve(asked);
    } catch (ProblemException e) {
      if (e.problem().category() == Problem.Category.INTERNAL) {
        sources.log().bug(asked.ctx().path(), e);
        return failed(asked, HttpStatus.INTERNAL_SERVER_ERROR, bug());
      }
      HttpStatus status = HttpProblem.of(Errors.status(e.problem()).getStatus()).status();
      return failed(asked, status, e.problem());
    } catch (RuntimeException e) {
      sources.log().bug(asked.ctx().path(), e);
      return failed(asked, HttpStatus.INTERNAL_SERVER_ERROR, bug());
    }
  }

  /** What every address answers that no other route is for. */
  private static HttpResponse nothing(Asked asked) {
    return failed(
        asked,
        HttpStatus.NOT_FOUND,
        Problem.of("E570", Problem.Category.USAGE, "the console has no page at this address"));
  }

  private static Problem bug() {
    return Problem.of(
        "E900", Problem.Category.INTERNAL, "a bug of stigmer; the server's log tells more");
  }

  private static HttpResponse failed(Asked asked, HttpStatus status, Problem problem) {
    return Pages.page(
        status,
        "error",
        asked.frame("Something is wrong", ""),
        new ErrorView(problem.code(), problem.message(), problem.from(), problem.help()));
  }

  private static void add(
      ServerBuilder builder, HttpMethod method, String path, HttpService service) {
    builder.route().methods(method).path(path).maxRequestLength(LARGEST_FORM).build(service);
  }
}
