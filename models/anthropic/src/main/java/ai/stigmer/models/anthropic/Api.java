package ai.stigmer.models.anthropic;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.AnthropicClientImpl;
import com.anthropic.core.ClientOptions;
import com.anthropic.core.LogLevel;

/**
 * The SDK's client for one endpoint and key. It is put together from the settings alone: nothing
 * here asks the SDK to look at the environment, and what it looks at by itself (its log) is set.
 */
final class Api {
  private Api() {}

  static AnthropicClient client(Endpoint endpoint, Transport transport) {
    ClientOptions.Builder options =
        ClientOptions.builder()
            .httpClient(transport)
            .baseUrl(endpoint.base())
            .maxRetries(0)
            .logLevel(LogLevel.OFF)
            .openTelemetry(false)
            .streamHandlerExecutor(Runnable::run)
            .putHeader("User-Agent", "stigmer");
    endpoint.key().ifPresent(key -> options.putHeader("Authorization", "Bearer " + key.reveal()));
    return new AnthropicClientImpl(options.build());
  }
}
