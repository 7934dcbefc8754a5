package ai.stigmer.server;

import ai.stigmer.server.console.Login;
import ai.stigmer.server.events.EventStream;
import ai.stigmer.server.events.RunEvents;
import ai.stigmer.server.http.OpenApi;
import ai.stigmer.server.http.OpenApi.Extra;
import ai.stigmer.server.http.Paths;
import ai.stigmer.server.http.Probes;
import ai.stigmer.server.http.ProblemAnswers;
import ai.stigmer.server.http.Ready;
import ai.stigmer.server.http.RequestForm;
import ai.stigmer.server.metrics.MetricsPath;
import ai.stigmer.server.openai.Chat;
import ai.stigmer.server.openai.ModelPaths;
import ai.stigmer.server.openai.Models;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.HttpJsonTranscodingOptions;
import com.linecorp.armeria.server.grpc.HttpJsonTranscodingQueryParamMatchRule;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the server says over HTTP besides gRPC: every path, and the document that lists them. */
final class HttpApi {
  private static final String CHAT = "/v1/chat/completions";

  /** In bytes, of the paths that are no methods of the contract. */
  private static final long LARGEST_BODY = 4 << 20;

  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  private final List<Paths.Operation> operations;
  private final Map<Extra, HttpService> extras = new LinkedHashMap<>();

  HttpApi(
      List<Paths.Operation> operations,
      RunEvents.Source source,
      Ready health,
      MetricsPath metrics,
      Models models,
      Chat chat,
      Map<Extra, HttpService> more) {
    this.operations = operations;
    get(
        "/api/executions/{id}/events",
        "The events of an execution, as AG-UI has them.",
        MediaType.EVENT_STREAM,
        new EventStream(source, HEARTBEAT));
    get("/v1/models", "The agents as models.", MediaType.JSON, ModelPaths.list(models));
    get("/v1/models/{model}", "One agent as a model.", MediaType.JSON, ModelPaths.one(models));
    extras.put(
        new Extra("POST", CHAT, "Completes a chat by an execution.", "application/json")
            .taking(Chat.BODY),
        chat);
    get("/metrics", "What is counted, for Prometheus.", MetricsPath.TYPE, metrics);
    get(
        "/healthz/live",
        "Whether the process answers.",
        MediaType.JSON,
        (ctx, request) -> json("{}"));
    get("/healthz/ready", "What works, what does not.", MediaType.JSON, health);
    get(
        Probes.LIVE,
        "Whether the process answers, in a word.",
        MediaType.PLAIN_TEXT,
        Probes.live());
    get(
        Probes.READY,
        "Whether it takes work, in a word.",
        MediaType.PLAIN_TEXT,
        Probes.ready(health::status));
    extras.putAll(more);
    get("/openapi.json", "This document.", MediaType.JSON, (ctx, request) -> json(document()));
  }

  /** Every path that is no method of the contract. */
  Set<Extra> extras() {
    return extras.keySet();
  }

  /** The paths of the contract's methods. */
  List<Paths.Operation> operations() {
    return operations;
  }

  /** What a request has to be before any of them is called. */
  RequestForm form() {
    var all = new LinkedHashSet<>(extras.keySet());
    all.add(new Extra("POST", Login.CODES, "Lets a browser in.", "application/json"));
    return new RequestForm(operations, all);
  }

  private String document() {
    return OpenApi.of(operations, List.copyOf(extras.keySet())).toString();
  }

  private static HttpResponse json(String text) {
    return HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, text + "\n");
  }

  private void get(String path, String summary, MediaType type, HttpService service) {
    extras.put(new Extra("GET", path, summary, type.toString()), service);
  }

  /** How the methods of the contract are called over HTTP. */
  HttpJsonTranscodingOptions transcoding(ProblemAnswers answers) {
    return HttpJsonTranscodingOptions.builder()
        .additionalHttpRules(operations.stream().map(Paths.Operation::rule).toList())
        .queryParamMatchRules(
            HttpJsonTranscodingQueryParamMatchRule.ORIGINAL_FIELD,
            HttpJsonTranscodingQueryParamMatchRule.LOWER_CAMEL_CASE)
        .errorHandler(answers)
        .build();
  }

  /** Adds everything that is not a method of the contract. */
  void addTo(ServerBuilder builder) {
    extras.forEach(
        (extra, service) ->
            builder
                .route()
                .methods(HttpMethod.valueOf(extra.verb()))
                .path(extra.path())
                .maxRequestLength(LARGEST_BODY)
                .build(service));
  }
}
