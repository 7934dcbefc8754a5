package ai.stigmer.server.events;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.concurrent.CompletionException;

/**
 * Writes server-sent events, one at a time: the next one when the connection has taken the one
 * before, so that a slow reader holds up the writer and fills no memory.
 *
 * <p>Thread contract: one thread writes; {@link #whenGone} and {@link #response} may be called on
 * another.
 */
public final class SseWriter {
  private final HttpResponseWriter writer = HttpResponse.streaming();

  /** A response to that request, with its headers written. */
  public SseWriter(ServiceRequestContext ctx) {
    // Its own heartbeats show whether the reader is there.
    ctx.clearRequestTimeout();
    writer.write(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.EVENT_STREAM)
            .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .add("x-accel-buffering", "no")
            .build());
  }

  public HttpResponse response() {
    return writer;
  }

  /** Calls {@code gone} once the response is over, whoever has ended it. */
  public void whenGone(Runnable gone) {
    var _ =
        writer
            .whenComplete()
            .handle(
                (done, failure) -> {
                  gone.run();
                  return null;
                });
  }

  /**
   * Writes a frame and waits until the connection has taken it.
   *
   * @throws Sink.Gone when nobody reads any more
   */
  public void write(String frame) throws Sink.Gone {
    if (!writer.tryWrite(HttpData.ofUtf8(frame))) {
      throw new Sink.Gone();
    }
    try {
      var _ = writer.whenConsumed().join();
    } catch (CompletionException e) {
      throw new Sink.Gone();
    }
  }

  /** All was written. */
  public void close() {
    writer.close();
  }
}
