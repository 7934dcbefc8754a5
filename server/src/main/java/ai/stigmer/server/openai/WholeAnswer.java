package ai.stigmer.server.openai;

import ai.stigmer.server.events.Sink;
import ai.stigmer.server.http.HttpProblem;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import java.util.concurrent.CompletableFuture;

/** Answers once the execution has ended. */
record WholeAnswer(CompletableFuture<HttpResponse> answer, Completion completion) implements Sink {

  @Override
  public void event(ObjectNode event, long seq) throws Gone {
    var _ = completion.add(event);
    if (completion.failure().isPresent()) {
      answer.complete(failed(completion.failure().get()).toHttpResponse());
      throw new Gone();
    }
  }

  @Override
  public void quiet() {}

  @Override
  public void ended() {
    answer.complete(
        AggregatedHttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK)
                    .contentType(MediaType.JSON_UTF_8)
                    .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
                    .build(),
                HttpData.ofUtf8(completion.whole() + "\n"))
            .toHttpResponse());
  }

  @Override
  public void broken() {
    answer.complete(
        new HttpProblem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "E571",
                "the server is about to end; the execution goes on when it is started again")
            .answer("/v1/")
            .toHttpResponse());
  }

  /**
   * Tried again, it would be another execution, so clients are asked not to do that by themselves.
   */
  private static AggregatedHttpResponse failed(Completion.Failure failure) {
    AggregatedHttpResponse answer = problem(failure).answer("/v1/");
    return AggregatedHttpResponse.of(
        answer.headers().toBuilder().set("x-should-retry", "false").build(), answer.content());
  }

  /** What a failed execution is in HTTP. */
  static HttpProblem problem(Completion.Failure failure) {
    HttpStatus status =
        failure.code().startsWith("E2") ? HttpStatus.BAD_GATEWAY : HttpStatus.UNPROCESSABLE_ENTITY;
    return new HttpProblem(status, failure.code(), failure.words());
  }
}
