package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.model.Secret;
import java.util.Optional;

/**
 * The server that commands about runs talk to.
 *
 * @param endpoint scheme, host and port, without a slash at the end
 * @param location where that was said
 * @param token what it is called with; empty means the token of the Stigmer home
 */
public record Backend(String endpoint, String location, Optional<Secret> token) {
  public Backend {
    requireNonNull(endpoint, "endpoint is null");
    requireNonNull(location, "location is null");
    requireNonNull(token, "token is null");
  }
}
