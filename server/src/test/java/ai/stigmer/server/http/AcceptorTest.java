package ai.stigmer.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AcceptorTest {
  @Test
  void whoEndsItWithoutSayingHowWaitsForNothing() throws InterruptedException {
    List<Long> waits = new ArrayList<>();
    var acceptor =
        new Acceptor("accepting") {
          @Override
          public Future<?> shutdownGracefully(long quiet, long timeout, TimeUnit unit) {
            waits.add(quiet);
            return super.shutdownGracefully(quiet, timeout, unit);
          }
        };

    acceptor.shutdownGracefully().sync();

    assertThat(waits).containsExactly(0L);
    assertThat(acceptor.isTerminated()).isTrue();
  }
}
