package ai.stigmer.server.guard;

import com.linecorp.armeria.common.HttpRequest;
import java.util.Optional;

/** One way in which a request shows who makes it. Thread-safe; called for each request. */
@FunctionalInterface
public interface Credentials {

  /** Who makes the request; empty when it does not show that in this way. */
  Optional<Caller> caller(HttpRequest request);
}
