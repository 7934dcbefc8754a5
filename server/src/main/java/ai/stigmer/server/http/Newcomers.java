package ai.stigmer.server.http;

import static java.util.Objects.requireNonNull;

import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/*
 * Armeria's limits count from the end of a request's head, and a connection on which a byte comes now and then is not
 * idle. So a client without any token could hold all connections that there are, with heads that never end.
 */
/**
 * Closes connections on which nobody shows in time that he may be there. Who was let in once stays,
 * as long as the connection lives.
 *
 * <p>Thread contract: thread-safe.
 */
public final class Newcomers {
  private static final AttributeKey<Boolean> KNOWN = AttributeKey.valueOf(Newcomers.class, "KNOWN");

  private final Duration patience;

  /**
   * @param patience how long a connection may take until somebody was let in
   */
  public Newcomers(Duration patience) {
    this.patience = requireNonNull(patience, "patience is null");
  }

  /** Looks after a new connection. */
  public void meet(ChannelPipeline pipeline) {
    Channel channel = pipeline.channel();
    Future<?> timer =
        channel
            .eventLoop()
            .schedule(
                () -> {
                  if (!channel.hasAttr(KNOWN)) {
                    var _ = channel.close();
                  }
                },
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
    // A connection that is over is not remembered until then.
    var _ = channel.closeFuture().addListener(_ -> timer.cancel(false));
  }

  /** Whoever makes that request may be here. */
  public static void know(ServiceRequestContext ctx) {
    Channel channel = ctx.log().ensureAvailable(RequestLogProperty.SESSION).channel();
    if (channel != null) {
      channel.attr(KNOWN).set(true);
    }
  }
}
