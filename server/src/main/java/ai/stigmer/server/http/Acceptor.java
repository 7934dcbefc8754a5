package ai.stigmer.server.http;

import com.linecorp.armeria.common.util.ThreadFactories;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/*
 * Armeria ends this thread last, when every connection is closed, by a method that has Netty wait for two seconds
 * without work first. Its own way to say less, EventLoopGroupBuilder, is passed over there: it asks the thread for its
 * group, and gets the one inside.
 */
/** The thread that accepts connections. It ends as soon as it is asked to. */
public class Acceptor extends MultiThreadIoEventLoopGroup {
  private static final long LONGEST_SECONDS = 15;

  /**
   * @param name of the thread
   */
  public Acceptor(String name) {
    super(
        1,
        ThreadFactories.newEventLoopThreadFactory(name, /* daemon= */ false),
        NioIoHandler.newFactory());
  }

  @Override
  public Future<?> shutdownGracefully() {
    return shutdownGracefully(0, LONGEST_SECONDS, TimeUnit.SECONDS);
  }
}
