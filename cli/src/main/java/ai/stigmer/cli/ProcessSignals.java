package ai.stigmer.cli;

import ai.stigmer.graphton.cancel.CancelToken;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The signals of this process. The first HUP, INT or TERM cancels what runs and lets it end in
 * order, the second ends the process at once; with nothing to cancel the first one does.
 *
 * <p>The JDK's only door to signals is {@code sun.misc.Signal}, which the compiler warns about in a
 * way that cannot be silenced; so it is opened by reflection. Where it is missing, signals keep the
 * JDK's meaning: the process ends, and the run can be resumed.
 */
final class ProcessSignals implements Signals {
  private static final int HUP = 1;
  private static final int INT = 2;
  private static final int TERM = 15;

  private final AtomicInteger received = new AtomicInteger();
  private final AtomicReference<@Nullable CancelToken> running = new AtomicReference<>();

  @Override
  public Handle cancelling(CancelToken token) {
    running.set(token);
    handle("HUP", HUP);
    handle("INT", INT);
    handle("TERM", TERM);
    return () -> running.set(null);
  }

  /** {@code status}, or 128 plus the number of the signal that ended the run. */
  int exitStatus(int status) {
    int signal = received.get();
    return signal == 0 ? status : 128 + signal;
  }

  private void handle(String name, int number) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object receiver =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      receive(number);
                      yield proxy;
                    }
                    case "hashCode" -> number;
                    case "toString" -> name;
                    default -> false;
                  });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), receiver);
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      // The JDK's own handling stays in place.
      return;
    }
  }

  private void receive(int number) {
    CancelToken token = running.get();
    if (token == null || !received.compareAndSet(0, number)) {
      Runtime.getRuntime().halt(128 + number);
      return;
    }
    token.cancel();
  }
}
