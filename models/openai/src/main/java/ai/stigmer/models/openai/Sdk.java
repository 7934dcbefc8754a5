package ai.stigmer.models.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientImpl;
import com.openai.core.ClientOptions;
import com.openai.core.LogLevel;
import com.openai.core.Sleeper;
import com.openai.core.http.HttpResponse;
import com.openai.credential.BearerTokenCredential;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The vendor's SDK, with everything switched off that it would do by itself: retries, logging,
 * telemetry, variables and properties of the environment. It writes the requests; the answers are
 * read by us.
 *
 * <p>Thread contract: thread-safe. Whoever gets an answer closes it.
 */
@SuppressWarnings("MustBeClosedChecker")
final class Sdk {
  private final OpenAIClient client;

  Sdk(Transport transport, Endpoint endpoint) {
    client =
        new OpenAIClientImpl(
            ClientOptions.builder()
                .httpClient(transport)
                .baseUrl(endpoint.base())
                // The SDK insists on a credential; the transport sends the real one.
                .credential(BearerTokenCredential.create("unused"))
                .removeHeaders("Authorization")
                .replaceHeaders("User-Agent", "stigmer")
                .disableTelemetry(true)
                .logLevel(LogLevel.OFF)
                .maxRetries(0)
                .sleeper(new Sleepless())
                .checkJacksonVersionCompatibility(false)
                .build());
  }

  /** Sends a request and waits for the head of its answer, whose body is a stream of events. */
  HttpResponse stream(Exchange exchange, ResponseCreateParams request) {
    return ScopedValue.where(Transport.EXCHANGE, exchange)
        .call(() -> client.responses().withRawResponse().createStreaming(request));
  }

  /** Sends a request and waits for the head of its answer, whose body is a stream of events. */
  HttpResponse stream(Exchange exchange, ChatCompletionCreateParams request) {
    return ScopedValue.where(Transport.EXCHANGE, exchange)
        .call(() -> client.chat().completions().withRawResponse().createStreaming(request));
  }

  /** Asks for the list of models. */
  HttpResponse models(Exchange exchange) {
    return ScopedValue.where(Transport.EXCHANGE, exchange)
        .call(() -> client.models().withRawResponse().list());
  }

  /** Between retries the SDK would sleep, on a timer thread of its own. */
  private static final class Sleepless implements Sleeper {
    @Override
    public void sleep(Duration duration) {
      throw new UnsupportedOperationException("retries are not the SDK's");
    }

    @Override
    public CompletableFuture<Void> sleepAsync(Duration duration) {
      throw new UnsupportedOperationException("retries are not the SDK's");
    }

    @Override
    public void close() {}
  }
}
