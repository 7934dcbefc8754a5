package ai.stigmer.server.desk;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.server.guard.Audit;
import ai.stigmer.server.guard.Caller;
import ai.stigmer.server.http.OpenApi.Extra;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Where a {@link Desk} is over HTTP. */
public final class DeskPaths {
  /** Numbers stay as they were written: arguments of a call may hold them. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final MediaType LINES = MediaType.create("application", "x-ndjson");

  private DeskPaths() {}

  /** Every path of it. */
  public static Map<Extra, HttpService> of(Desk desk) {
    var paths = new LinkedHashMap<Extra, HttpService>();
    paths.put(
        json("GET", "/api/runs", "The newest runs of the journal."),
        asked(call -> call.text(desk.runs(call.number("limit", 20)).toString())));
    paths.put(
        new Extra("GET", "/api/runs/{id}/entries", "Entries of a run.", LINES.toString()),
        asked(call -> call.lines(desk.entries(call.id(), call.number("after", 0)))));
    paths.put(
        json("GET", "/api/runs/{id}/word", "The word that was left for a run about a topic."),
        asked(
            call ->
                desk.posted(call.id(), Desk.topic(call.context().queryParams().getAll("topic")))
                    .map(call::text)
                    .orElseGet(() -> HttpResponse.of(HttpStatus.NO_CONTENT))));
    paths.put(
        json("GET", "/api/approvals", "The calls that wait for somebody's word."),
        asked(call -> call.text(desk.approvals().toString())));
    paths.put(
        json("GET", "/api/approvals/{id}", "One of them."),
        asked(call -> call.text(desk.approval(call.id()).toString())));
    paths.put(
        json("POST", "/api/approvals/{id}", "Decides about a call that waits."),
        told(
            Set.of("decision", "arguments", "reason", "by"),
            (call, body) -> {
              JsonNode decided = desk.decide(call.id(), body, by(call, body));
              Audit.decided(call.context(), Desk.decision(body));
              return decided;
            }));
    paths.put(
        json("POST", "/api/runs/{id}/messages", "Says something more to a run."),
        told(Set.of("text", "by"), (call, body) -> desk.say(call.id(), body, by(call, body))));
    paths.put(
        json("POST", "/api/runs/{id}/cancel", "Ends a run, so that it can be resumed."),
        told(Set.of("by"), (call, body) -> desk.cancel(call.id(), by(call, body))));
    paths.put(
        json("POST", "/api/runs/{id}/resume", "Goes on with an execution that has ended."),
        told(Set.of("by"), (call, body) -> desk.resume(call.id())));
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

    int number(String name, int otherwise) {
      String text = context.queryParams().get(name, "");
      if (text.isEmpty()) {
        return otherwise;
      }
      if (!text.matches("[0-9]{1,9}")) {
        throw Problem.of(
                "E561",
                Problem.Category.USAGE,
                name + " must be a whole number of at most 9 digits")
            .asException();
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

  private static HttpService told(Set<String> fields, Told told) {
    return new HttpService() {
      @Override
      public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
        return HttpResponse.of(
            request
                .aggregate()
                .thenApplyAsync(
                    whole -> {
                      var call = new Call(ctx);
                      JsonNode body = body(whole);
                      Desk.allow(fields, body);
                      return call.text(told.answer(call, body).toString());
                    },
                    ctx.blockingTaskExecutor()));
      }
    };
  }

  private static JsonNode body(AggregatedHttpRequest request) {
    try {
      JsonNode body = JSON.readTree(request.contentUtf8().isBlank() ? "{}" : request.contentUtf8());
      if (!body.isObject()) {
        throw Desk.noObject();
      }
      return body;
    } catch (JsonProcessingException e) {
      throw Desk.noObject();
    }
  }
}
