package ai.stigmer.server.desk;

import static java.util.Objects.requireNonNull;

import ai.stigmer.server.guard.Audit;
import ai.stigmer.server.guard.Caller;
import ai.stigmer.server.http.Field;
import ai.stigmer.server.http.OpenApi.Extra;
import ai.stigmer.server.http.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Where a {@link Desk} is over HTTP. */
public final class DeskPaths {
  private static final String NUMBER = "a whole number of at most 9 digits";
  private static final Field RUN = Field.told("run", Field.Type.TEXT);
  private static final MediaType LINES = MediaType.create("application", "x-ndjson");

  private DeskPaths() {}

  /** Every path of it. */
  public static Map<Extra, HttpService> of(Desk desk) {
    var paths = new LinkedHashMap<Extra, HttpService>();
    paths.put(
        json("GET", "/api/runs", "The newest runs of the journal.")
            .asking(Field.optional("limit", Field.Type.WHOLE_NUMBER, NUMBER))
            .telling(Shape.atLeast(Field.told("runs", Desk.RUN))),
        asked(call -> call.text(desk.runs(call.number("limit", 20)).toString())));
    paths.put(
        new Extra("GET", "/api/runs/{id}/entries", "Entries of a run.", LINES.toString())
            .asking(Field.optional("after", Field.Type.WHOLE_NUMBER, NUMBER)),
        asked(call -> call.lines(desk.entries(call.id(), call.number("after", 0)))));
    paths.put(
        json("GET", "/api/runs/{id}/word", "The word that was left for a run about a topic.")
            .asking(Field.required("topic", Field.Type.TEXT, "given once")),
        asked(
            call ->
                desk.posted(call.id(), call.context().queryParams().get("topic", ""))
                    .map(call::text)
                    .orElseGet(() -> HttpResponse.of(HttpStatus.NO_CONTENT))));
    paths.put(
        json("GET", "/api/approvals", "The calls that wait for somebody's word.")
            .telling(Shape.atLeast(Field.told("approvals", Desk.APPROVAL))),
        asked(call -> call.text(desk.approvals().toString())));
    paths.put(
        json("GET", "/api/approvals/{id}", "One of them.").telling(Desk.APPROVAL),
        asked(call -> call.text(desk.approval(call.id()).toString())));
    told(
        paths,
        json("POST", "/api/approvals/{id}", "Decides about a call that waits.")
            .telling(Desk.APPROVAL),
        Desk.DECISION,
        (call, body) -> {
          JsonNode decided = desk.decide(call.id(), body, by(call, body));
          Audit.decided(call.context(), Desk.decision(body));
          return decided;
        });
    told(
        paths,
        json("POST", "/api/runs/{id}/messages", "Says something more to a run.")
            .telling(Shape.atLeast(RUN, Field.told("heard", Field.Type.TEXT))),
        Desk.MESSAGE,
        (call, body) -> desk.say(call.id(), body, by(call, body)));
    told(
        paths,
        json("POST", "/api/runs/{id}/cancel", "Ends a run, so that it can be resumed.")
            .telling(Shape.atLeast(RUN)),
        Desk.WORD,
        (call, body) -> desk.cancel(call.id(), by(call, body)));
    told(
        paths,
        json("POST", "/api/runs/{id}/resume", "Goes on with an execution that has ended.")
            .telling(Shape.atLeast(RUN, Field.told("phase", Field.Type.TEXT))),
        Desk.WORD,
        (call, body) -> desk.resume(call.id()));
    return paths;
  }

  private static Extra json(String verb, String path, String summary) {
    return new Extra(verb, path, summary, "application/json");
  }

  private static String by(Call call, JsonNode body) {
    return Caller.of(call.context()).signature(body.path("by").asText());
  }

  /** A request and its path. */
  private record Call(ServiceRequestContext context) {
    String id() {
      return requireNonNull(context.pathParam("id"), "the route names the id");
    }

    /** Of a path that asks for a number of that name, so that it is one. */
    int number(String name, int otherwise) {
      String text = context.queryParams().get(name, "");
      if (text.isEmpty()) {
        return otherwise;
      }
      return Integer.parseInt(text);
    }

    HttpResponse text(String json) {
      return HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, json + "\n");
    }

    HttpResponse lines(String text) {
      return HttpResponse.of(HttpStatus.OK, LINES, text);
    }
  }

  private interface Asked {
    HttpResponse answer(Call call);
  }

  private interface Told {
    JsonNode answer(Call call, JsonNode body);
  }

  private static HttpService asked(Asked asked) {
    return (ctx, request) ->
        HttpResponse.of(
            CompletableFuture.supplyAsync(
                () -> asked.answer(new Call(ctx)), ctx.blockingTaskExecutor()));
  }

  private static void told(Map<Extra, HttpService> paths, Extra path, Shape body, Told told) {
    paths.put(
        path.taking(body),
        (ctx, request) ->
            HttpResponse.of(
                request
                    .aggregate()
                    .thenApplyAsync(
                        whole -> {
                          var call = new Call(ctx);
                          JsonNode read = body.read(whole.contentUtf8());
                          return call.text(told.answer(call, read).toString());
                        },
                        ctx.blockingTaskExecutor())));
  }
}
